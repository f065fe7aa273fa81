using Slerp.Engine.Backends.Cpu.Kernels.Amx;

namespace Slerp.Engine.Backends.Cpu.Kernels.Products;

/// <summary>One product of activations with a packed matrix, in pointers: what all workers share.</summary>
internal unsafe struct ProductTask
{
    public PanelFormat Format;
    public ActivationForm Form;
    public ProductEnding Ending;

    /// <summary>The first panel; they lie one behind another.</summary>
    public byte* Panels;
    public long PanelBytes;

    /// <summary>Width of x.</summary>
    public int K;

    public int Rows;
    public float* X;
    public int XStride;

    /// <summary>x in integers, for the integer formats.</summary>
    public QuantizedRows Quantized;

    /// <summary>x in halves, for tiles of bfloat16.</summary>
    public HalvedRows Halved;

    public float* Y;
    public int YStride;

    /// <summary>Added to each row, or null.</summary>
    public float* Bias;

    /// <summary>Width of y.</summary>
    public int Columns;

    /// <summary>Receives the largest of each <see cref="MaximaColumns"/> columns of y, or null.</summary>
    public float* Maxima;
    public int MaximaStride;

    /// <summary>A multiple of a panel's columns.</summary>
    public int MaximaColumns;

    /// <summary>Bytes from the panel at hand to the one that is multiplied next; 0: the one behind it.</summary>
    public nint NextPanel;

    /// <summary>Has the largest of each so many columns noted.</summary>
    public void Note(float* maxima, int stride, int columns)
    {
        Maxima = maxima;
        MaximaStride = stride;
        MaximaColumns = columns;
    }
}
