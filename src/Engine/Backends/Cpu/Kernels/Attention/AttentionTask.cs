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
}
