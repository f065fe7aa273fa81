using Slerp.Engine.Backends.Cpu.Kernels.Products;
using Slerp.Engine.Backends.Cpu.Memory;
using Slerp.Engine.Backends.Cpu.Screening;
using Slerp.Engine.Backends.Cpu.Threading;

namespace Slerp.Engine.Backends.Cpu;

/// <summary>A matrix as panels, in the layout of one level's kernels.</summary>
internal sealed unsafe class CpuMatrix(int outputs, int inputs, WeightFormat format, PanelShape shape, bool isGated, int panels, WeightArena.Piece memory)
    : Matrix(outputs, inputs, format)
{
    /// <summary>How a panel is laid out.</summary>
    public PanelShape Shape { get; } = shape;

    /// <summary>Whether panels of gate and up projections alternate.</summary>
    public bool IsGated { get; } = isGated;

    /// <summary>Panels.</summary>
    public int Panels { get; } = panels;

    /// <summary>The first panel.</summary>
    public byte* Pointer => memory.Pointer is null ? throw new ObjectDisposedException(nameof(CpuMatrix)) : memory.Pointer;

    /// <summary>What a head's likely tokens are found with; null where that is not worth it, or it is no head.</summary>
    public HeadScreen? Screen { get; set; }

    /// <summary>What the product read that came after this matrix's the last time.</summary>
    public Reading Follower { get; set; }

    /// <inheritdoc />
    public override long Bytes => memory.Bytes + (Screen?.Coarse.Bytes ?? 0);

    /// <inheritdoc />
    public override void Dispose()
    {
        memory.Dispose();
        Screen?.Dispose();
    }
}
