// Retrieval-augmented answers: documents are cut into chunks, embedded and stored; the chunk nearest to the question goes into the prompt,
// and the answer names where it was found. One checkpoint does both: the embedding generator shares the chat client's weights.
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Slerp.Connector;
using Slerp.Samples.Rag;

if (args is ["--model"] || args.Skip(args is ["--model", ..] ? 2 : 0).Any(argument => argument.StartsWith('-')))
{
    Console.Error.WriteLine("error: expected [--model DIR] [QUESTION ...]: a checkpoint folder, else the embedded model; questions, else three of its own.");
    return 2;
}

var (model, asked) = args is ["--model", var folder, .. var rest] ? (folder, rest) : (null, args);
string[] questions = asked.Length > 0
    ? asked
    : ["Where does Nordlicht Bank have its head office?", "When does the budget workshop start?", "How long does the battery of the Velin keyboard last?"];
await using var provider = new ServiceCollection()
    .AddSlerpChatClient(options => options.ModelPath = model).Services
    .AddSlerpEmbeddingGenerator(options => options.ModelPath = model).Services.BuildServiceProvider();
var client = provider.GetRequiredService<IChatClient>();
var embeddings = provider.GetRequiredService<IEmbeddingGenerator<string, Embedding<float>>>();

var connection = Environment.GetEnvironmentVariable("SLERP_RAG_POSTGRES");
await using IChunkStore store = string.IsNullOrEmpty(connection) ? new MemoryStore() : await PostgresStore.OpenAsync(connection);

var files = Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "documents"), "*.txt").Order();
var texts = files.SelectMany(file => File.ReadAllText(file).Split("\n\n").Select(text => (Source: Path.GetFileName(file), Text: text.Trim()))).ToList();
var vectors = await embeddings.GenerateAsync(texts.Select(text => text.Text));
await store.AddAsync(texts.Zip(vectors, (text, embedding) => new Chunk(text.Source, text.Text, embedding.Vector)));
Console.WriteLine($"{texts.Count} chunks in {store.GetType().Name}");

foreach (var question in questions)
{
    var found = await store.NearestAsync(await embeddings.GenerateVectorAsync(question), count: 1);
    List<AIContent> contents = [.. found.Select(chunk => new TextContent($"Passage: {chunk.Text}\n\n").AsContext()), new TextContent($"Question: {question}")];
    var answer = await client.GetResponseAsync([new ChatMessage(ChatRole.User, contents)], new ChatOptions { Temperature = 0, MaxOutputTokens = 60 });
    Console.WriteLine($"{question}\n  {answer.Text.Trim()} [{string.Join(", ", found.Select(chunk => chunk.Source).Distinct())}]");
}

return 0;
