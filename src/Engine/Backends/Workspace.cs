namespace Slerp.Engine.Backends;

/// <summary>Scratch tensors of one step. Handles are pooled: a steady decode loop allocates nothing.</summary>
internal abstract class Workspace : IDisposable
{
    /// <summary>Takes a tensor of unspecified content, valid until the next <see cref="Reset"/>.</summary>
    public abstract Tensor Rent(int rows, int columns);

    /// <summary>Gives every rented tensor back. Called once at the start of each step.</summary>
    public abstract void Reset();

    /// <summary>Frees the memory. Idempotent.</summary>
    public abstract void Dispose();
}
