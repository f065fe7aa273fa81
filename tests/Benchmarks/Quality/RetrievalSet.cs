using System.Numerics.Tensors;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Slerp.Benchmarks.Quality;

/// <summary>Held-out questions, and the passages among which their answers stand.</summary>
/// <param name="Passages">The passages.</param>
/// <param name="Questions">The questions, each with the index of its passage.</param>
internal sealed record RetrievalSet(IReadOnlyList<string> Passages, IReadOnlyList<(string Text, int Passage)> Questions)
{
    /// <summary>Reads a file: lines of kind passage (id, text) and question (expected, text).</summary>
    public static RetrievalSet Read(string path, int maxQuestions)
    {
        var passages = new List<string>();
        var places = new Dictionary<int, int>();
        var questions = new List<(string Text, int Passage)>();
        foreach (var line in File.ReadLines(path).Where(static line => line.Length > 0))
        {
            using var document = JsonDocument.Parse(line);
            var item = document.RootElement;
            var text = item.GetProperty("text").GetString()!;
            if (item.GetProperty("kind").GetString() == "passage")
            {
                places.Add(item.GetProperty("id").GetInt32(), passages.Count);
                passages.Add(text);
            }
            else if (questions.Count < maxQuestions)
            {
                questions.Add((text, item.GetProperty("expected").GetInt32()));
            }
        }

        return new RetrievalSet(passages, [.. questions.Select(question => (question.Text, places[question.Passage]))]);
    }

    /// <summary>How many passages lie nearer to a question than its own.</summary>
    public static int Rank(Embedding<float> question, IReadOnlyList<Embedding<float>> passages, int own)
    {
        var score = Nearness(passages[own]);
        return passages.Where((passage, index) => index != own && Nearness(passage) >= score).Count();

        float Nearness(Embedding<float> passage) => TensorPrimitives.Dot(question.Vector.Span, passage.Vector.Span);
    }
}
