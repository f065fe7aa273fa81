namespace Slerp.Engine.Backends.Cpu.Kernels.Attention;

/// <summary>One call of attention, as all workers share it.</summary>
internal unsafe struct AttentionTask
{
    /// <summary>[rows, heads.Columns]: [q | k | v], of which only q is read.</summary>
    public float* Qkv;
    public int QkvStride;

    /// <summary>[rows, heads.QueryColumns].</summary>
    public float* Destination;
    public int DestinationStride;

    public HeadShape Heads;
    public KvLayout Layout;
    public AttentionPlan Plan;

    /// <summary>Parts into which the blocks of each unit are cut, where there are fewer units than threads could use; else 1.</summary>
    public int Parts;

    /// <summary>With several parts: what each block gives, [unit][block], until they are joined in order.</summary>
    public byte* Partials;
    public long BlockBytes;
    public int BlocksPerUnit;

    /// <summary>Where the blocks of a unit go.</summary>
    public readonly byte* PartialsOf(int unit) => Partials + (unit * BlocksPerUnit * BlockBytes);
}
