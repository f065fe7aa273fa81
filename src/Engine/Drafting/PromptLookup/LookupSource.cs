using Slerp.Engine.Drafting.TreeGrowth;

namespace Slerp.Engine.Drafting.PromptLookup;

/// <summary>Prompt lookup: what followed the longest earlier occurrence of the text's end is tried again. Long answers quote their sources.</summary>
/// <remarks>Source: Saxena 2023, prompt lookup decoding; the suffix automaton after Hu et al. 2024 (2411.10666).</remarks>
internal sealed class LookupSource : CandidateSource
{
    // The chance that a quotation goes on grows with its length: one rate for lengths 1, 2, 3-4, 5-8, 9-16 and longer.
    private static readonly double[] Priors = [0.2, 0.35, 0.55, 0.75, 0.88, 0.95];

    private readonly HitRate[] _rates = [.. Priors.Select(static prior => new HitRate(prior))];
    private readonly SuffixIndex _index = new();

    /// <summary>Creates the memory of a sequence.</summary>
    public LookupSource(ReadOnlySpan<int> prompt)
    {
        foreach (var token in prompt)
        {
            _index.Append(token);
        }
    }

    /// <inheritdoc />
    public override string Name => "lookup";

    /// <inheritdoc />
    public override bool IsFree => true;

    /// <inheritdoc />
    public override long RootCursor => _index.MatchLength == 0 ? None : Cursor(_index.MatchEnd, _index.MatchLength);

    /// <inheritdoc />
    public override void Expand(int token, long cursor, List<Candidate> candidates)
    {
        if (cursor == None || (int)cursor >= _index.Count)
        {
            return;
        }

        var (position, length) = ((int)cursor, (int)(cursor >> 32));
        candidates.Add(new Candidate(_index[position], RateFor(length).Value, Cursor(position + 1, length + 1)));
    }

    /// <inheritdoc />
    public override void Observe(in StepOutcome outcome)
    {
        foreach (var token in outcome.Chosen)
        {
            if (_index.MatchLength > 0 && _index.MatchEnd < _index.Count)
            {
                RateFor(_index.MatchLength).Count(_index[_index.MatchEnd] == token);
            }

            _index.Append(token);
        }
    }

    private static long Cursor(int position, int length) => ((long)length << 32) | (uint)position;

    private HitRate RateFor(int length) =>
        _rates[Math.Min(_rates.Length - 1, length <= 2 ? length - 1 : 1 + (int)Math.Ceiling(Math.Log2(length / 2.0)))];
}
