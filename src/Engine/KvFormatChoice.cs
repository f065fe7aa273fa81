using Slerp.Engine.Backends;
using Slerp.Engine.Checkpoints;

namespace Slerp.Engine;

/// <summary>What <see cref="KvFormat.AsWeights"/> comes to.</summary>
internal static class KvFormatChoice
{
    /// <summary>The format in which keys and values are kept; never <see cref="KvFormat.AsWeights"/>.</summary>
    /// <param name="options">What is asked for.</param>
    /// <param name="stored">What the checkpoint stores.</param>
    /// <param name="backend">Who keeps the weights.</param>
    public static KvFormat Resolve(EngineOptions options, StoredWeights stored, IComputeBackend backend)
    {
        if (options.KvFormat != KvFormat.AsWeights)
        {
            return options.KvFormat;
        }

        var wide = Wide(WeightDType.F32, stored.Float32) + Wide(WeightDType.BF16, stored.BFloat16) + Wide(WeightDType.F16, stored.Float16);
        return wide > stored.Elements / 2 ? KvFormat.Float32 : KvFormat.BFloat16;

        long Wide(WeightDType type, long elements) => backend.KeptFormat(options.WeightFormat, type) == WeightFormat.Float32 ? elements : 0;
    }
}
