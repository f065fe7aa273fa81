namespace Slerp.Engine.Backends.Cpu.Kernels.Products;

/// <summary>Activations as 8-bit integers: q = round(x · 127 / m), scale = m / 127, m = max |x| over a block of k.</summary>
/// <param name="groups">[rows][groupStride] groups of 4 bytes; k is padded with zeros to whole blocks.</param>
/// <param name="groupStride">Groups from one row to the next.</param>
/// <param name="scales">[rows][blocks].</param>
/// <param name="corrections">[rows][blocks]: minus the weights' storage offset times the sum of the block's integers.</param>
/// <param name="blocks">Blocks of k.</param>
/// <param name="groupsPerBlock">Groups of a block; even.</param>
internal readonly unsafe struct QuantizedRows(int* groups, int groupStride, float* scales, int* corrections, int blocks, int groupsPerBlock)
{
    public readonly int* Groups = groups;

    public readonly int GroupStride = groupStride;

    public readonly float* Scales = scales;

    public readonly int* Corrections = corrections;

    public readonly int Blocks = blocks;

    public readonly int GroupsPerBlock = groupsPerBlock;

    /// <summary>The same rows from row <paramref name="row"/> on.</summary>
    public QuantizedRows From(int row) =>
        new(Groups + ((long)row * GroupStride), GroupStride, Scales + ((long)row * Blocks), Corrections + ((long)row * Blocks), Blocks, GroupsPerBlock);
}
