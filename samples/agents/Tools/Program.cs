// A question, a tool, its result, the answer. A function-invoking client (Microsoft.Extensions.AI, Semantic Kernel, Agent Framework)
// does this loop for you; here it is by hand, to show the raw contract: the client writes calls and never runs them.
using System.ComponentModel;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

if (args is not ([] or ["--model", _]))
{
    Console.Error.WriteLine("error: expected --model DIR, a checkpoint folder, or nothing for the embedded model.");
    return 2;
}

var services = new ServiceCollection();
services.AddSlerpChatClient(options => options.ModelPath = args.ElementAtOrDefault(1));
await using var provider = services.BuildServiceProvider();
var client = provider.GetRequiredService<IChatClient>();

// A tool returns the value and nothing else: the small embedded model says the value it is given, and no more than that.
var weather = AIFunctionFactory.Create(
    ([Description("The city")] string city) => city == "Lisbon" ? "21 degrees and sunny" : "unknown", "get_weather", "Get the current weather in a city.");
var options = new ChatOptions { Tools = [weather], ToolMode = ChatToolMode.RequireAny, AllowMultipleToolCalls = false, Temperature = 0, MaxOutputTokens = 200 };
List<ChatMessage> messages = [new(ChatRole.User, "What is the weather in Lisbon?")];

var response = await client.GetResponseAsync(messages, options);
messages.AddMessages(response);
foreach (var call in response.Messages.SelectMany(message => message.Contents).OfType<FunctionCallContent>())
{
    Console.WriteLine($"call:   {call.Name}({string.Join(", ", call.Arguments!.Select(argument => $"{argument.Key}: {argument.Value}"))})");
    var result = await weather.InvokeAsync(new AIFunctionArguments(call.Arguments));
    Console.WriteLine($"result: {result}");
    messages.Add(new ChatMessage(ChatRole.Tool, [new FunctionResultContent(call.CallId, result)]));
}

// The tools stay in the prompt, so that the model knows what the call was; it need not call again.
options.ToolMode = ChatToolMode.Auto;
Console.WriteLine($"answer: {(await client.GetResponseAsync(messages, options)).Text}");
return 0;
