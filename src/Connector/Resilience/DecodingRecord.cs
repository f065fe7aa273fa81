using Slerp.Engine;

namespace Slerp.Connector.Resilience;

/// <summary>What is told of one answer when it is over. One caller at a time.</summary>
internal sealed class DecodingRecord
{
    private readonly Dictionary<string, int> _verdicts = new(StringComparer.Ordinal);

    /// <summary>What judged it and has a circuit; null where nothing did.</summary>
    public string? Strategy { get; set; }

    /// <summary>What the answer took; null where none was begun.</summary>
    public GenerationStats? Stats { get; set; }

    /// <summary>Why it went on vanilla; null where it did not.</summary>
    public DecodingOutcome? Fallback { get; set; }

    /// <summary>The share of the layers that saw every token; null where nothing was to be merged, or a layer was named.</summary>
    public double? Cutoff { get; set; }

    /// <summary>What comparisons of earlier answers with the unmerged model found.</summary>
    public (long Answers, double? Share) Compared { get; set; }

    /// <summary>Checks of the whole answer that did not pass, by name.</summary>
    public IReadOnlyDictionary<string, int> FailedChecks => _verdicts;

    /// <summary>Notes the verdicts on a segment that was shown.</summary>
    public void Note(Segment segment)
    {
        foreach (var verdict in segment.Verdicts)
        {
            if (verdict.Kind != VerdictKind.Passed)
            {
                _verdicts[verdict.Check] = _verdicts.GetValueOrDefault(verdict.Check) + 1;
            }
        }
    }
}
