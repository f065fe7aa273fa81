namespace Slerp.Engine.Drafting;

/// <summary>Counts of one answer: rounds with a draft, nodes proposed and accepted, in all and by source.</summary>
internal sealed class DraftLedger
{
    private readonly Dictionary<string, (int Proposed, int Accepted)> _sources = [];

    /// <summary>Steps that ran a draft.</summary>
    public int Rounds { get; private set; }

    /// <summary>Nodes proposed.</summary>
    public int Proposed { get; private set; }

    /// <summary>Nodes accepted.</summary>
    public int Accepted { get; private set; }

    /// <summary>Times the drafter threw.</summary>
    public int Faults { get; private set; }

    /// <summary>What it threw first, type and message; null where it did not.</summary>
    public string? FirstFault { get; private set; }

    /// <summary>Counts by source.</summary>
    public IReadOnlyDictionary<string, (int Proposed, int Accepted)> Sources => _sources;

    /// <summary>Counts a step.</summary>
    public void Count(int proposed, int accepted)
    {
        if (proposed > 0)
        {
            Rounds++;
            Proposed += proposed;
            Accepted += accepted;
        }
    }

    /// <summary>Counts a fault.</summary>
    public void CountFault(Exception failure)
    {
        Faults++;
        FirstFault ??= $"{failure.GetType().Name}: {failure.Message}";
    }

    /// <summary>Adds the counts of a source: one answer may have had several sessions.</summary>
    public void AddSource(string source, int proposed, int accepted)
    {
        var known = _sources.GetValueOrDefault(source);
        _sources[source] = (known.Proposed + proposed, known.Accepted + accepted);
    }

    /// <summary>The counts as they are now.</summary>
    public DraftStats ToStats() => new(
        Rounds, Proposed, Accepted, Faults, _sources.ToDictionary(static source => source.Key, static source => new DraftSourceStats(source.Value.Proposed, source.Value.Accepted)))
    {
        FirstFault = FirstFault,
    };
}
