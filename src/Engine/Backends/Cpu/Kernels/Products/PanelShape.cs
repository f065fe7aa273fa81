namespace Slerp.Engine.Backends.Cpu.Kernels.Products;

/// <summary>The layout of one panel: some columns of y, all of k.</summary>
/// <param name="Format">The kind of layout.</param>
/// <param name="Columns">Columns of a panel.</param>
/// <param name="K">Width of x.</param>
/// <param name="BlockSize">Steps of k that share a scale, for the integer formats; all of k, padded, for scales per channel.</param>
/// <param name="Group">Steps of k in a group of an integer format.</param>
/// <param name="Offset">What storage adds to each integer weight.</param>
internal readonly record struct PanelShape(PanelFormat Format, int Columns, int K, int BlockSize, int Group, int Offset)
{
    /// <summary>k is padded to whole blocks of this in integer formats.</summary>
    public const int ScaleBlock = 32;

    /// <summary>What storage adds to each weight of 4 bits.</summary>
    public const int NibbleOffset = 8;

    private const int CacheLine = 64;

    /// <summary>Blocks of k.</summary>
    public int Blocks => (K + BlockSize - 1) / BlockSize;

    /// <summary>Bytes of the scales of an integer format, which its blocks follow.</summary>
    public long ScaleBytes => ScaleBytesOf(Columns, Blocks);

    /// <summary>Bytes of one block of an integer format.</summary>
    public long BlockBytes => (long)Columns * BlockSize / (Format == PanelFormat.Int4 ? 2 : 1);

    /// <summary>Bytes of a panel; a multiple of 64 wherever a panel is as wide as that.</summary>
    public long Bytes => Format switch
    {
        PanelFormat.Float32 => (long)K * Columns * 4,
        PanelFormat.BFloat16 => (long)((K + 1) & ~1) * Columns * 2,
        _ => ScaleBytes + (Blocks * BlockBytes),
    };

    /// <summary>Width of a row of quantised activations.</summary>
    public int PaddedK => Blocks * BlockSize;

    /// <summary>
    /// Bytes of an integer panel's scales: the columns' bases, then a <see cref="ScaleCode"/> for each block and column; in whole cache lines, or whole groups of
    /// columns where a panel is narrower.
    /// </summary>
    public static nint ScaleBytesOf(int columns, nint blocks)
    {
        nint unit = Math.Min(CacheLine, columns * sizeof(int));
        return ((columns * (sizeof(int) + blocks)) + unit - 1) / unit * unit;
    }
}
