using Slerp.Engine.Steps;

namespace Slerp.Engine.Sampling;

/// <summary>How the tokens of one answer are chosen: its sampling, its penalties, and what these count.</summary>
/// <remarks>Engine thread only.</remarks>
internal sealed class TokenChoice
{
    private readonly LogitsPipeline _pipeline = new();
    private TokenCounts? _counts;

    /// <summary>Creates the choice for the first token after a prompt.</summary>
    /// <param name="sampling">How tokens are chosen.</param>
    /// <param name="penalties">Corrections for repeated tokens.</param>
    /// <param name="prompt">The prompt's tokens.</param>
    public TokenChoice(SamplingMode sampling, Penalties penalties, ReadOnlySpan<int> prompt)
    {
        Sampling = sampling;
        Penalties = penalties;
        Restart(prompt);
    }

    /// <summary>How tokens are chosen.</summary>
    public SamplingMode Sampling { get; }

    /// <summary>Corrections for repeated tokens.</summary>
    public Penalties Penalties { get; }

    /// <summary>The token of a row for a position, or -1 where the row is not finite.</summary>
    public int Pick(StepOutput output, int row, int position) => _pipeline.Pick(output, row, Sampling, Penalties, _counts, position);

    /// <summary>Copies a row to scratch memory, where a mask may be applied before <see cref="Pick(Span{float},int)"/>.</summary>
    public Span<float> Load(StepOutput output, int row) => _pipeline.Load(output, row);

    /// <summary>The token of a row already copied, which is changed; -1 where it is not finite.</summary>
    public int Pick(Span<float> logits, int position) => _pipeline.Pick(logits, Sampling, Penalties, _counts, position);

    /// <summary>Counts a token that the answer took.</summary>
    public void Take(int token) => _counts?.Add(token);

    /// <summary>Forgets the answer.</summary>
    public void Restart(ReadOnlySpan<int> prompt)
    {
        if (!Penalties.AreNone)
        {
            _counts = new TokenCounts();
            _counts.SetPrompt(prompt);
        }
    }
}
