using Slerp.Engine.Backends;
using Slerp.Engine.Cache;
using Slerp.Engine.Models;

namespace Slerp.Engine.Drafting.DraftModel;

/// <summary>A second, smaller model that drafts: its weights, its own KV cache and what its passes cost.</summary>
/// <remarks>Engine thread only. Owns all it holds, but for the backend.</remarks>
internal sealed class DraftingModel : IDisposable
{
    /// <summary>The decoder.</summary>
    public required IDecoder Decoder { get; init; }

    /// <summary>Keys and values of the sequences it drafts for.</summary>
    public required KvCache Cache { get; init; }

    /// <summary>Scratch of its passes.</summary>
    public required Workspace Workspace { get; init; }

    /// <summary>What its passes cost.</summary>
    public required CostCurve Costs { get; init; }

    /// <summary>Packed weights.</summary>
    public required IReadOnlyList<Matrix> Matrices { get; init; }

    /// <summary>Most tokens of a sequence it can read.</summary>
    public required int ContextTokens { get; init; }

    /// <inheritdoc />
    public void Dispose()
    {
        Workspace.Dispose();
        Cache.Dispose();
        foreach (var matrix in Matrices)
        {
            matrix.Dispose();
        }
    }
}
