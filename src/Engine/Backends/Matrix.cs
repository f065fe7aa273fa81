namespace Slerp.Engine.Backends;

/// <summary>A weight matrix packed for one backend: y = W x with W [outputs, inputs].</summary>
/// <remarks>Immutable after load; shared by every sequence, drafter and client of the checkpoint.</remarks>
internal abstract class Matrix(int outputs, int inputs, WeightFormat format) : IDisposable
{
    /// <summary>Rows of W: the width of y.</summary>
    public int Outputs { get; } = outputs;

    /// <summary>Columns of W: the width of x.</summary>
    public int Inputs { get; } = inputs;

    /// <summary>The resolved format, never <see cref="WeightFormat.AsStored"/>.</summary>
    public WeightFormat Format { get; } = format;

    /// <summary>Bytes the device holds for it, padding included.</summary>
    public abstract long Bytes { get; }

    /// <summary>Frees the device memory. Idempotent.</summary>
    public abstract void Dispose();
}
