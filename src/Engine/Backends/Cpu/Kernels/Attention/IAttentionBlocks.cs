namespace Slerp.Engine.Backends.Cpu.Kernels.Attention;

/// <summary>What a block of 64 keys gives the rows of a unit.</summary>
/// <remarks>The law of every implementation: what a row gets of a block depends on its query and on the keys and values it sees, in logical order, and on nothing else.
/// A value that is not finite may reach other rows of its own request; never those of another.</remarks>
internal interface IAttentionBlocks
{
    /// <summary>Prepares a unit whose queries are scaled.</summary>
    static abstract void Begin(in AttentionTask task, in AttentionUnit unit, in AttentionRows rows);

    /// <summary>Computes maximum, weights and weighted sum of one block for all rows; a row that sees nothing of it is marked so.</summary>
    static abstract void Run(in AttentionTask task, in AttentionUnit unit, in AttentionSlice slice, in AttentionRows rows, int block);
}
