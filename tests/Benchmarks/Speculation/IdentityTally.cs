using Slerp.Benchmarks.Measuring;
using Slerp.Engine;

namespace Slerp.Benchmarks.Speculation;

/// <summary>One drafter on one model: cases, and those that differ from vanilla.</summary>
/// <param name="drafter">Its name.</param>
internal sealed class IdentityTally(string drafter)
{
    private int _cases;
    private int _differences;
    private long _proposed;
    private long _accepted;
    private long _faults;

    /// <summary>The drafter.</summary>
    public string Drafter => drafter;

    /// <summary>Adds a case.</summary>
    public void Add(bool isSame, DraftStats drafts)
    {
        _cases++;
        _differences += isSame ? 0 : 1;
        _proposed += drafts.Proposed;
        _accepted += drafts.Accepted;
        _faults += drafts.Faults;
    }

    /// <summary>Prints the line.</summary>
    public void Print(string model, int prompts) => Figure.Print(
        "identity", ("model", model), ("drafter", drafter), ("prompts", prompts), ("cases", _cases), ("differences", _differences),
        ("proposed", _proposed), ("accepted", _accepted), ("faults", _faults));
}
