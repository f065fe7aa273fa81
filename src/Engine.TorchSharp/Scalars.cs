using Slerp.Engine.Backends;
using TorchSharp;

namespace Slerp.Engine.TorchSharp;

/// <summary>Numbers that verbs pass to libtorch, made once: each implicit conversion would leave a native object to the finalizer. Immutable.</summary>
internal static class Scalars
{
    /// <summary>1.</summary>
    public static Scalar One { get; } = 1.ToScalar();

    /// <summary>8: what 4-bit integers are kept above.</summary>
    public static Scalar Eight { get; } = 8.ToScalar();

    /// <summary>16: the weight of a byte's upper half.</summary>
    public static Scalar Sixteen { get; } = 16.ToScalar();

    /// <summary>Rows of a page.</summary>
    public static Scalar PageRows { get; } = KvStore.PageRows.ToScalar();
}
