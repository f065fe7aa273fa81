using Slerp.Engine.Backends;

namespace Slerp.Engine.Checkpoints;

/// <summary>How many weights a checkpoint stores in each format. A value.</summary>
/// <param name="Float32">Elements stored in 32 bits.</param>
/// <param name="BFloat16">Elements stored as bfloat16.</param>
/// <param name="Float16">Elements stored in half precision.</param>
internal readonly record struct StoredWeights(long Float32, long BFloat16, long Float16)
{
    /// <summary>Elements in all.</summary>
    public long Elements => Float32 + BFloat16 + Float16;

    /// <summary>The format that most weights are stored in.</summary>
    public WeightDType MostCommon => BFloat16 >= Math.Max(Float32, Float16) ? WeightDType.BF16 : Float16 >= Float32 ? WeightDType.F16 : WeightDType.F32;
}
