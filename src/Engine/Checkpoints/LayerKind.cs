namespace Slerp.Engine.Checkpoints;

/// <summary>Which positions a layer's attention sees, where config.json lists it per layer.</summary>
internal enum LayerKind
{
    /// <summary>All positions before.</summary>
    FullAttention,

    /// <summary>The last sliding_window positions, itself included.</summary>
    SlidingAttention,
}
