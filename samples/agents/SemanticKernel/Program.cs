// A Semantic Kernel agent on a local model: a question that a plugin answers, and one that a document answers (the RAG step).
using System.ComponentModel;
using System.Numerics.Tensors;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.SemanticKernel;
using Microsoft.SemanticKernel.Agents;
using ChatMessageContent = Microsoft.SemanticKernel.ChatMessageContent;

var model = args.FirstOrDefault();
var builder = Kernel.CreateBuilder().AddSlerpChatClient(options => options.ModelPath = model);
builder.Services.AddSlerpEmbeddingGenerator(options => options.ModelPath = model);
builder.Plugins.AddFromType<WeatherPlugin>("weather");
var kernel = builder.Build();
await using var services = (ServiceProvider)kernel.Services;
var chunks = await ReadDocumentsAsync();

// The first question must be answered with a function of the kernel: its call is valid by grammar, and the kernel runs it.
var reporter = Agent(FunctionChoiceBehavior.Required());
await foreach (var item in reporter.InvokeAsync("What is the weather in Lisbon?", options: new() { OnIntermediateMessage = TellAsync }))
{
    Console.WriteLine($"answer: {item.Message.Content}");
}

// The second one goes to the documents: the nearest passage is put before the question, and the answer is streamed with its source.
const string Question = "Where does Nordlicht Bank have its head office?";
var (source, passage) = await NearestAsync(Question);
await foreach (var item in Agent(behavior: null).InvokeStreamingAsync($"Passage: {passage}\n\nQuestion: {Question}"))
{
    Console.Write(item.Message.Content);
}

Console.WriteLine($" [{source}]");

ChatCompletionAgent Agent(FunctionChoiceBehavior? behavior) => new()
{
    Kernel = kernel,
    Name = "local",
    Arguments = new KernelArguments(new PromptExecutionSettings
    {
        FunctionChoiceBehavior = behavior,
        ExtensionData = new Dictionary<string, object> { ["temperature"] = 0, ["max_tokens"] = 100 },
    }),
};

static Task TellAsync(ChatMessageContent message)
{
    foreach (var item in message.Items)
    {
        switch (item)
        {
            case Microsoft.SemanticKernel.FunctionCallContent call:
                Console.WriteLine($"call:   {call.FunctionName}({string.Join(", ", (call.Arguments ?? []).Select(static argument => $"{argument.Key}: {argument.Value}"))})");
                break;
            case Microsoft.SemanticKernel.FunctionResultContent result:
                Console.WriteLine($"result: {result.Result}");
                break;
        }
    }

    return Task.CompletedTask;
}

async Task<(string Source, string Text, ReadOnlyMemory<float> Vector)[]> ReadDocumentsAsync()
{
    var embeddings = kernel.GetRequiredService<IEmbeddingGenerator<string, Embedding<float>>>();
    var texts = Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "documents"), "*.txt").Order()
        .SelectMany(static file => File.ReadAllText(file).Split("\n\n").Select(text => (Source: Path.GetFileName(file), Text: text.Trim()))).ToList();
    var vectors = await embeddings.GenerateAsync(texts.Select(static text => text.Text));
    return [.. texts.Zip(vectors, static (text, embedding) => (text.Source, text.Text, embedding.Vector))];
}

async Task<(string Source, string Text)> NearestAsync(string question)
{
    var vector = await kernel.GetRequiredService<IEmbeddingGenerator<string, Embedding<float>>>().GenerateVectorAsync(question);
    var (source, text, _) = chunks.MaxBy(chunk => TensorPrimitives.Dot(chunk.Vector.Span, vector.Span));
    return (source, text);
}

/// <summary>What the agent can do.</summary>
internal sealed class WeatherPlugin
{
    /// <summary>The weather, which is what it always is there.</summary>
    [KernelFunction("get_weather"), Description("Get the current weather in a city.")]
    public static string GetWeather([Description("The city")] string city) => city == "Oslo" ? "8 degrees and rain" : "21 degrees and sunny";
}
