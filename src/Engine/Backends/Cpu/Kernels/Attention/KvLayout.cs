namespace Slerp.Engine.Backends.Cpu.Kernels.Attention;

/// <summary>Where keys and values lie in a store.</summary>
/// <remarks>
/// For each page and key/value head, keys transposed and values, both as product panels of two vectors of columns:
/// keys [64 / width][head size][width] and values [⌈head size / width⌉][64][width], so that scores and weighted sums are the same micro-kernel as a linear layer.
/// In bfloat16, steps of k lie in pairs as in weight panels.
/// </remarks>
internal readonly unsafe struct KvLayout
{
    /// <summary>Lays out pages for vectors of <paramref name="panelWidth"/> / 2 floats.</summary>
    public KvLayout(int kvHeads, int headSize, KvFormat format, int panelWidth)
    {
        var bytes = format == KvFormat.BFloat16 ? 2 : 4;
        HeadSize = headSize;
        Format = format;
        PanelWidth = panelWidth;
        ValuePanels = (headSize + panelWidth - 1) / panelWidth;
        KeyPanelBytes = (long)((headSize + 1) & ~1) * panelWidth * bytes;
        ValuePanelBytes = (long)KvStore.PageRows * panelWidth * bytes;
        ValueOffset = KeyPanelBytes * (KvStore.PageRows / panelWidth);
        HeadBytes = (ValueOffset + (ValuePanelBytes * ValuePanels) + 63) & ~63L;
        PageBytes = HeadBytes * kvHeads;
    }

    /// <summary>The first page.</summary>
    public byte* Pages { get; init; }

    public int HeadSize { get; }

    public KvFormat Format { get; }

    public int PanelWidth { get; }

    public int ValuePanels { get; }

    public long KeyPanelBytes { get; }

    public long ValuePanelBytes { get; }

    public long ValueOffset { get; }

    public long HeadBytes { get; }

    public long PageBytes { get; }

    /// <summary>A head's part of a page: its keys.</summary>
    public byte* Keys(int page, int head) => Pages + (page * PageBytes) + (head * HeadBytes);

    /// <summary>A head's values of a page.</summary>
    public byte* Values(int page, int head) => Keys(page, head) + ValueOffset;
}
