namespace Slerp.Engine.Backends;

/// <summary>Element types a checkpoint may store weights in.</summary>
internal enum WeightDType
{
    /// <summary>32-bit float.</summary>
    F32,

    /// <summary>IEEE half.</summary>
    F16,

    /// <summary>bfloat16.</summary>
    BF16,
}
