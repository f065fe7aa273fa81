using Slerp.Engine.Sampling;
using Slerp.Engine.Steps;

namespace Slerp.Engine.Decoding;

/// <summary>Counts how many tokens of a finished answer the model chooses again, each after the same tokens as in the answer.</summary>
/// <remarks>
/// <para>Formula: agreeing = #{i : pick(logits after tokens 0 to i − 1, draw at i) = token i}, i over the answer. The draw is a function of seed and position, so a sampled
/// answer is compared like a greedy one.</para>
/// <para>Written by the engine thread, read after the sequence has ended.</para>
/// </remarks>
/// <param name="tokens">Prompt and answer.</param>
/// <param name="promptTokens">Tokens of the prompt.</param>
/// <param name="sampling">How tokens were chosen.</param>
/// <param name="penalties">Corrections for repeated tokens.</param>
internal sealed class AgreementReader(int[] tokens, int promptTokens, SamplingMode sampling, Penalties penalties) : IRowReader
{
    private readonly TokenChoice _choice = new(sampling, penalties, tokens.AsSpan(0, promptTokens));
    private readonly int _first = promptTokens;
    private int _next = promptTokens;

    /// <summary>Tokens compared.</summary>
    public int Tokens => _next - _first;

    /// <summary>Those that were chosen again.</summary>
    public int Agreeing { get; private set; }

    /// <inheritdoc />
    public WantedRows Wanted(int position, int rows) => position + rows < _first ? WantedRows.None : WantedRows.All;

    /// <inheritdoc />
    public void Take(StepOutput output, int firstRow, int rows, int position)
    {
        for (var row = _next - 1 - position; row < rows && _next < tokens.Length; row++, _next++)
        {
            Agreeing += _choice.Pick(output, firstRow + row, _next) == tokens[_next] ? 1 : 0;
            _choice.Take(tokens[_next]);
        }
    }
}
