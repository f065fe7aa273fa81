using Slerp.Engine.Backends.Cpu.Kernels.Attention;
using Slerp.Engine.Backends.Cpu.Kernels.Products;

namespace Slerp.Engine.Backends.Cpu.Kernels;

/// <summary>All kernels at one level of hardware support: one virtual call per chunk of work.</summary>
internal abstract unsafe class KernelSet
{
    /// <summary>Columns of a float panel: two vectors.</summary>
    public abstract int PanelWidth { get; }

    /// <summary>Most bytes of scratch a worker needs for a product.</summary>
    public abstract int ProductScratchBytes { get; }

    /// <summary>Rows of a tile of quantised activations (<see cref="ActivationForm.IntegerTiles"/>).</summary>
    public virtual int TileRows => 1;

    /// <summary>Done on a thread before it works with these kernels; more than once does no harm. What it returns may be disposed on the same thread at its end.</summary>
    public virtual IDisposable? EnterThread() => null;

    /// <summary>The panel layout of a format at this level.</summary>
    public abstract PanelShape ShapeOf(WeightFormat format, int k);

    /// <summary>How a product of some rows with panels of that layout wants them.</summary>
    public virtual ActivationForm FormOf(in PanelShape shape, int rows) =>
        shape.Format is PanelFormat.Int8 or PanelFormat.Int4 ? ActivationForm.Integers : ActivationForm.Floats;

    /// <summary>Multiplies panels [first, first + count).</summary>
    public abstract void Multiply(in ProductTask task, int first, int count, byte* scratch);

    /// <summary>Quantises one row of activations; <paramref name="rows"/> points at it.</summary>
    public abstract void Quantize(in PanelShape shape, float* x, QuantizedRows rows);

    /// <summary>Bytes of scratch a worker needs for attention.</summary>
    public virtual long AttentionScratchBytes(in KvLayout layout) => AttentionRows.BytesOf(layout);

    /// <summary>Attention of one unit, or of one part of its blocks.</summary>
    public abstract void Attend(in AttentionTask task, in AttentionUnit unit, int part, byte* scratch);

    /// <summary>Joins the blocks of a unit computed in parts.</summary>
    public abstract void Combine(in AttentionTask task, in AttentionUnit unit, byte* scratch);

    public abstract void RmsNorm(float* x, float* w, int n, float eps, float* y);

    public abstract void Rotate(float* x, float* cosSin, int n);

    public abstract float Dot(float* a, float* b, int n);

    public abstract void ScaledSum(float* a, float* b, float s, int n, float* y);

    public abstract int ArgMax(float* x, int n);

    /// <summary>With the largest of each block of x known.</summary>
    public abstract int ArgMax(float* x, float* maxima, int n);

    public abstract void TopK(float* x, int n, int k, int* indices, float* values);

    /// <summary>With the largest of each block of x known.</summary>
    public abstract void TopK(float* x, float* maxima, int n, int k, int* indices, float* values);

    /// <summary>Of the listed parts of x alone.</summary>
    public abstract void TopK(float* x, int n, ReadOnlySpan<int> parts, int partSize, int k, int* indices, float* values);
}
