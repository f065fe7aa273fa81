// An Agent Framework agent on a local model: it calls a tool, the framework runs it, and the session goes on with a second question.
using System.ComponentModel;
using Microsoft.Agents.AI;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

await using var services = new ServiceCollection().AddSlerpChatClient(options => options.ModelPath = args.FirstOrDefault()).Services.BuildServiceProvider();
var weather = AIFunctionFactory.Create(
    ([Description("The city")] string city) => city == "Oslo" ? "8 degrees and rain" : "21 degrees and sunny", "get_weather", "Get the current weather in a city.");
var agent = services.GetRequiredService<IChatClient>().AsAIAgent(new ChatClientAgentOptions
{
    Name = "local",
    ChatOptions = new ChatOptions { Tools = [weather], ToolMode = ChatToolMode.RequireAny, Temperature = 0, MaxOutputTokens = 100 },
});
var session = await agent.CreateSessionAsync();

var response = await agent.RunAsync("What is the weather in Lisbon?", session);
foreach (var content in response.Messages.SelectMany(message => message.Contents))
{
    Tell(content);
}

Console.WriteLine($"answer: {response.Text}");
await foreach (var update in agent.RunStreamingAsync("What is the weather in Oslo?", session))
{
    foreach (var content in update.Contents)
    {
        Tell(content);
    }

    Console.Write(update.Text);
}

Console.WriteLine();

static void Tell(AIContent content)
{
    switch (content)
    {
        case FunctionCallContent call:
            Console.WriteLine($"call:   {call.Name}({string.Join(", ", call.Arguments!.Select(argument => $"{argument.Key}: {argument.Value}"))})");
            break;
        case FunctionResultContent result:
            Console.WriteLine($"result: {result.Result}");
            break;
    }
}
