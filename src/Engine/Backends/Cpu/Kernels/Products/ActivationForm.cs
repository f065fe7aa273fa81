namespace Slerp.Engine.Backends.Cpu.Kernels.Products;

/// <summary>How a product's kernel wants its activations.</summary>
internal enum ActivationForm
{
    /// <summary>As they are.</summary>
    Floats,

    /// <summary>8-bit integers, a row behind another: <see cref="QuantizedRows"/>.</summary>
    Integers,

    /// <summary>The same integers, in tiles of <see cref="KernelSet.TileRows"/> by a block of k.</summary>
    IntegerTiles,

    /// <summary>Two bfloat16 halves of each value, in tiles: <see cref="Amx.HalvedRows"/>.</summary>
    HalfTiles,
}
