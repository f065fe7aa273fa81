using Slerp.Engine.Backends.Cpu.Kernels.Lanes;

namespace Slerp.Engine.Backends.Cpu.Kernels.Products;

/// <summary>A micro-kernel as <see cref="PanelProduct{TLanes,TVector,TTile}"/> drives it.</summary>
internal unsafe interface IPanelTile
{
    /// <summary>Most rows of a tile.</summary>
    static abstract int Rows { get; }

    /// <summary>Panel bytes per step of the inner loop.</summary>
    static abstract int StepBytes { get; }

    /// <summary>Panel bytes per block beside the steps.</summary>
    static virtual long BlockStepBytes(in ProductTask task) => 0;

    /// <summary>Rows that meet a panel while it is in the nearest cache; at most <see cref="PanelBlock.MostRows"/>.</summary>
    static virtual int RowBlock(in ProductTask task) => PanelBlock.Rows;

    /// <summary>Height of the next of <paramref name="tiles"/> tiles over <paramref name="rows"/> rows: near-equal, unless tiles have to begin at certain rows.</summary>
    static virtual int Height(int rows, int tiles) => (rows + tiles - 1) / tiles;

    static abstract void Multiply(in ProductTask task, int rows, byte* w, int firstRow, float* c, nint cStride, PrefetchStream ahead);
}

/// <summary>The float tile over a task's x.</summary>
internal readonly unsafe struct FloatPanelTile<TLanes, TVector, TWeights> : IPanelTile
    where TLanes : struct, ILanes<TVector>
    where TVector : unmanaged
    where TWeights : struct, IPairWeights<TVector>
{
    public static int Rows => TLanes.TileRows;

    public static int StepBytes => TWeights.PairBytes;

    public static void Multiply(in ProductTask task, int rows, byte* w, int firstRow, float* c, nint cStride, PrefetchStream ahead) =>
        FloatTile<TLanes, TVector, TWeights>.Multiply(
            rows, w, task.X + ((long)firstRow * task.XStride), task.XStride, task.K, c, cStride, ahead);
}

/// <summary>The integer tile over a task's quantised x.</summary>
internal readonly unsafe struct IntegerPanelTile<TDot, TSums, TLanes, TVector, TWeights> : IPanelTile
    where TDot : struct, IDotLanes<TSums, TVector>
    where TSums : unmanaged
    where TLanes : struct, ILanes<TVector>
    where TVector : unmanaged
    where TWeights : struct, IGroupWeights<TSums, TVector>
{
    public static int Rows => TDot.TileRows;

    public static int StepBytes => TWeights.PairBytes;

    public static long BlockStepBytes(in ProductTask task) =>
        (task.PanelBytes / task.Quantized.Blocks) - ((long)task.Quantized.GroupsPerBlock / 2 * TWeights.PairBytes);

    public static void Multiply(in ProductTask task, int rows, byte* w, int firstRow, float* c, nint cStride, PrefetchStream ahead) =>
        IntegerTile<TDot, TSums, TLanes, TVector, TWeights>.Multiply(rows, w, task.Quantized.From(firstRow), c, cStride, ahead);
}
