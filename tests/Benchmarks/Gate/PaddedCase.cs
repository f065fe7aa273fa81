using System.Text.RegularExpressions;
using Microsoft.Extensions.AI;
using Slerp.Benchmarks.Measuring;
using Slerp.Benchmarks.Quality;
using Slerp.Connector;

namespace Slerp.Benchmarks.Gate;

/// <summary>A held-out question whose passage stands among others, up to a length: what a retrieval application asks.</summary>
/// <param name="Messages">The conversation; the passages are marked as context.</param>
/// <param name="Case">What a right answer is.</param>
internal sealed partial record PaddedCase(IReadOnlyList<ChatMessage> Messages, QualityCase Case)
{
    private const int WordsOfInterest = 4;

    /// <summary>Reads the held-out passage questions and pads each with passages that name nothing the question names.</summary>
    /// <param name="prompts">Counts tokens.</param>
    /// <param name="count">At most so many.</param>
    /// <param name="tokens">The length of the passages together.</param>
    public static IReadOnlyList<PaddedCase> Read(PromptText prompts, int count, int tokens)
    {
        var others = RetrievalSet.Read(Path.Combine(HeldOutText.CasesFolder, "retrieval.jsonl"), 0).Passages;
        var cases = new List<PaddedCase>();
        foreach (var item in QualityCase.Read(Path.Combine(HeldOutText.CasesFolder, "passage.jsonl")).Take(count))
        {
            var asked = item.Messages[^1].Text;
            if (Split(asked) is not var (passage, question))
            {
                throw new InvalidOperationException($"A held-out case has no passage and question that can be told apart: '{asked}'.");
            }

            var padded = Pad(prompts, passage, question, others, cases.Count, tokens);
            ChatMessage message = new(ChatRole.User, [new TextContent("Passage: "), new TextContent(padded).AsContext(), new TextContent($"\n\nQuestion: {question}")]);
            cases.Add(new PaddedCase([.. item.Messages.SkipLast(1), message], item));
        }

        return cases;
    }

    private static (string Passage, string Question)? Split(string text)
    {
        foreach (var form in (Regex[])[QuestionFirst(), Marked(), Quoted(), Bare()])
        {
            if (form.Match(text) is { Success: true } match)
            {
                return (match.Groups["p"].Value, match.Groups["q"].Value);
            }
        }

        return null;
    }

    // Half of the others before, half after; which ones is a function of the case's number.
    private static string Pad(PromptText prompts, string passage, string question, IReadOnlyList<string> others, int number, int tokens)
    {
        var named = Words(question).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var (before, after) = ("", "");
        var left = tokens - prompts.Ids(passage).Length;
        for (var index = 0; index < others.Count; index++)
        {
            var other = others[((number * 37) + index) % others.Count];
            var length = prompts.Ids(other).Length + 1;
            if (length > left || Words(other).Any(named.Contains))
            {
                continue;
            }

            left -= length;
            (before, after) = before.Length <= after.Length ? (before + other + " ", after) : (before, after + " " + other);
        }

        return before + passage + after;
    }

    private static IEnumerable<string> Words(string text) =>
        Word().Matches(text).Select(static match => match.Value).Where(static word => word.Length >= WordsOfInterest);

    [GeneratedRegex(@"\w+")]
    private static partial Regex Word();

    [GeneratedRegex(@"^(Question: )?(?<q>[^\n]+)\n\n(Passage|Context): (?<p>.+)$", RegexOptions.Singleline)]
    private static partial Regex QuestionFirst();

    [GeneratedRegex(@"^(Answer from the passage\.\n\nPassage: |Answer the question using only this context\.\n\nContext:\n|Use the following text to answer\.\n\n|Passage: |Context:\n|Text: )(?<p>.+)\n+Question: (?<q>[^\n]+)(\nAnswer:)?$", RegexOptions.Singleline)]
    private static partial Regex Marked();

    [GeneratedRegex(@"^Given the passage ""(?<p>.+)"", (?<q>[^\n]+)$", RegexOptions.Singleline)]
    private static partial Regex Quoted();

    [GeneratedRegex(@"^(Read this passage:\n|Here is a text: )?(?<p>.+[.!?])(\n\n| )(?<q>[^\n]+)$", RegexOptions.Singleline)]
    private static partial Regex Bare();
}
