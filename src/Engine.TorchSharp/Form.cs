namespace Slerp.Engine.TorchSharp;

/// <summary>What may be derived from the values of a tensor handle and kept beside them.</summary>
internal enum Form
{
    /// <summary>The same values as 32-bit floats.</summary>
    Single,

    /// <summary>The same values in BF16, as products with such weights take them.</summary>
    BFloat16,

    /// <summary>The same values in F16.</summary>
    Half,

    /// <summary>A norm's weights times √columns.</summary>
    ScaledWeights,

    /// <summary>The cosines of a rotation for every column of a head.</summary>
    Cosines,

    /// <summary>The sines of a rotation, negative for the first half of a head.</summary>
    SignedSines,
}
