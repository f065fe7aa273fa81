using Slerp.Engine;

namespace Slerp.Benchmarks.Speculation;

/// <summary>What must be the same with every drafter: tokens, end and text.</summary>
/// <param name="Text">The text.</param>
/// <param name="Finish">Why it ended.</param>
/// <param name="Ids">Tokens of the answer.</param>
internal sealed record IdentityAnswer(string Text, FinishReason Finish, int[] Ids)
{
    /// <summary>Whether it is the same to the last token.</summary>
    public bool IsSameAs(IdentityAnswer other) => Text == other.Text && Finish == other.Finish && Ids.AsSpan().SequenceEqual(other.Ids);

    /// <summary>Answers one prompt; the second part is what the drafter did.</summary>
    public static async Task<(IdentityAnswer Answer, DraftStats Drafts)> AskAsync(SlerpEngine engine, GenerationRequest request, CancellationToken cancellationToken)
    {
        await using var generation = await engine.GenerateAsync(request, cancellationToken);
        var text = "";
        while (true)
        {
            var segment = await generation.NextAsync(GenerationMode.Vanilla, cancellationToken);
            generation.Accept();
            text += segment.Text;
            if (segment.Finish is { } finish)
            {
                return (new IdentityAnswer(text, finish, ((EngineGeneration)generation).AnswerIds.ToArray()), generation.Stats.Drafts);
            }
        }
    }
}
