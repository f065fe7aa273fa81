using System.Text;
using Slerp.Engine.Decoding;
using Slerp.Engine.Quality;
using Slerp.Engine.Steps;
using Slerp.Engine.Tokenizers;

namespace Slerp.Engine;

/// <summary>A prompt as text, for checks that compare an answer with it.</summary>
/// <param name="Text">All of it; where a special token stood, a line ends.</param>
/// <param name="Merged">The runs that were merged; null where the prompt was not.</param>
internal sealed record SpelledPrompt(string Text, string? Merged)
{
    /// <summary>Spells the prompt of a sequence; null where rows of it have no token. Any thread: a prompt's tokens stay.</summary>
    public static SpelledPrompt? Of(Sequence sequence, ITokenizer tokenizer)
    {
        if (sequence.Embedded is not null)
        {
            return null;
        }

        var prompt = sequence.Tokens[..sequence.PromptTokens];
        return new SpelledPrompt(Spell(prompt, tokenizer), sequence.Plan is PromptMergePlan plan ? SpellMerged(prompt, plan, tokenizer) : null);
    }

    private static string SpellMerged(ReadOnlySpan<int> prompt, PromptMergePlan plan, ITokenizer tokenizer)
    {
        var merged = new StringBuilder();
        for (var index = 0; index < plan.Spans.Count;)
        {
            // What adjoins is one text: a word may lie across.
            var (start, end) = (plan.Spans[index].Start, plan.Spans[index].End);
            while (++index < plan.Spans.Count && plan.Spans[index].Start == end)
            {
                end = plan.Spans[index].End;
            }

            merged.Append(Spell(prompt[Math.Min(start, prompt.Length)..Math.Min(end, prompt.Length)], tokenizer)).Append(WordReader.Border);
        }

        return merged.ToString();
    }

    private static string Spell(ReadOnlySpan<int> ids, ITokenizer tokenizer)
    {
        var text = new StringBuilder();
        while (!ids.IsEmpty)
        {
            var length = 0;
            while (length < ids.Length && !tokenizer.IsSpecial(ids[length]))
            {
                length++;
            }

            text.Append(tokenizer.Decode(ids[..length], skipSpecial: true));
            if (length == ids.Length)
            {
                break;
            }

            text.Append('\n');
            ids = ids[(length + 1)..];
        }

        return text.ToString();
    }
}
