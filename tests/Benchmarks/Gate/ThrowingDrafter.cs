using Slerp.Engine.Drafting;

namespace Slerp.Benchmarks.Gate;

/// <summary>A drafter that drafts as the real one does, until it throws.</summary>
internal sealed class ThrowingDrafter(IDrafter inner) : IDrafter
{
    /// <summary>Proposals until it throws; negative for never. Counted down.</summary>
    public int Left { get; set; } = -1;

    /// <inheritdoc />
    public string Name => inner.Name;

    /// <inheritdoc />
    public bool UsesPrices => inner.UsesPrices;

    /// <inheritdoc />
    public DraftSession Open(IDraftContext context) => inner.Open(context);

    /// <inheritdoc />
    public void Propose(ReadOnlySpan<DraftTask> tasks, int plainRows)
    {
        if (Left-- == 0)
        {
            throw new InvalidOperationException("A drill throws.");
        }

        inner.Propose(tasks, plainRows);
    }

    /// <inheritdoc />
    public void Dispose() => inner.Dispose();
}
