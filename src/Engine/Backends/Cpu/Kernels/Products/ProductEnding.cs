namespace Slerp.Engine.Backends.Cpu.Kernels.Products;

/// <summary>What becomes of a product.</summary>
internal enum ProductEnding
{
    /// <summary>y = product + bias.</summary>
    Store,

    /// <summary>y += product + bias.</summary>
    Add,

    /// <summary>Panels come in pairs: y = silu(first) ⊙ second.</summary>
    Gate,

    /// <summary>Nowhere: only the largest are noted.</summary>
    Note,
}
