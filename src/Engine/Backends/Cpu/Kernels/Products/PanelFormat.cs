namespace Slerp.Engine.Backends.Cpu.Kernels.Products;

/// <summary>How the panels of a packed matrix are laid out.</summary>
internal enum PanelFormat
{
    /// <summary>[k][columns] floats.</summary>
    Float32,

    /// <summary>[k / 2][columns][2] bfloat16.</summary>
    BFloat16,

    /// <summary>Scales (<see cref="ScaleCode"/>), then 8-bit groups.</summary>
    Int8,

    /// <summary>Scales (<see cref="SignedScaleCode"/>), then 4-bit groups.</summary>
    Int4,
}
