namespace Slerp.Engine.Backends;

/// <summary>The element formats in which a checkpoint may store a weight.</summary>
internal enum WeightDType
{
    /// <summary>IEEE binary32.</summary>
    F32,

    /// <summary>IEEE binary16.</summary>
    F16,

    /// <summary>The upper half of a binary32.</summary>
    BF16,
}

/// <summary>Sizes of the formats.</summary>
internal static class WeightDTypeSizes
{
    /// <summary>Bytes of one element.</summary>
    public static int ElementBytes(this WeightDType dtype) => dtype == WeightDType.F32 ? 4 : 2;
}
