using TorchSharp;

namespace Slerp.Engine.TorchSharp;

/// <summary>Slices of a step that attention takes at once, padded to one number of rows and of keys.</summary>
/// <remarks>Padded rows stand for the first row of their slice, padded keys for its first key: what lies in other sequences' pages is never read.</remarks>
internal sealed class AttentionGroup : IDisposable
{
    /// <summary>The slices, by their index in the plan.</summary>
    public required int[] Slices { get; init; }

    /// <summary>Rows of the longest slice, R.</summary>
    public required int Rows { get; init; }

    /// <summary>Keys of the longest slice, S.</summary>
    public required int Keys { get; init; }

    /// <summary>Whether it is one text from its beginning, of which each row sees what stands before it: no mask is needed, only the order.</summary>
    public required bool IsCausal { get; init; }

    /// <summary>What each row sees [slices, 1, R, S], true where it looks; null where all see everything or <see cref="IsCausal"/>.</summary>
    public required torch.Tensor? Mask { get; init; }

    /// <summary>Rows of the step in the group's order [slices · R], padding included; null where they are <see cref="FirstRow"/> and on.</summary>
    public required torch.Tensor? StepRows { get; init; }

    /// <summary>Those of [slices · R] that are not padding; null where all are.</summary>
    public required torch.Tensor? RealRows { get; init; }

    /// <summary>Where the real rows belong in the step; null where they are the whole step in order.</summary>
    public required torch.Tensor? Destinations { get; init; }

    /// <summary>Whether a place is one of its slice's keys [slices, S]; null where all are.</summary>
    public required torch.Tensor? RealKeys { get; init; }

    /// <summary>The first row, where the group is rows of the step in order.</summary>
    public required int FirstRow { get; init; }

    /// <inheritdoc />
    public void Dispose()
    {
        Mask?.Dispose();
        StepRows?.Dispose();
        RealRows?.Dispose();
        Destinations?.Dispose();
        RealKeys?.Dispose();
    }
}
