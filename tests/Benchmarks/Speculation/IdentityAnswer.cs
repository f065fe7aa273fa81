using Slerp.Engine;

namespace Slerp.Benchmarks.Speculation;

/// <summary>What must be the same with every drafter: text, length and end.</summary>
/// <param name="Text">The text.</param>
/// <param name="Finish">Why it ended.</param>
/// <param name="Tokens">Tokens of the answer.</param>
internal sealed record IdentityAnswer(string Text, FinishReason Finish, int Tokens)
{
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
                return (new IdentityAnswer(text, finish, generation.Stats.OutputTokens), generation.Stats.Drafts);
            }
        }
    }
}
