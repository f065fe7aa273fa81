using Slerp.Engine.Backends;

namespace Slerp.Engine.Checkpoints;

/// <summary>Serves named weights of an expected shape.</summary>
/// <remarks>
/// <para>Law: a missing name or another shape fails with a <see cref="CheckpointException"/> that names file, tensor, expected and found.</para>
/// <para>Thread-safety: all members may be called concurrently. Disposing the source ends every tensor it served.</para>
/// </remarks>
internal interface IWeightSource : IDisposable
{
    /// <summary>The names that were present but never asked for: a model built from the wrong recipe leaves some.</summary>
    IReadOnlyCollection<string> NeverServed { get; }

    /// <summary>Whether a tensor of that name is present.</summary>
    bool Contains(string name);

    /// <summary>The tensor of that name and shape.</summary>
    /// <param name="name">The tensor's name in the checkpoint.</param>
    /// <param name="shape">The dimensions the model needs, outermost first.</param>
    WeightTensor Get(string name, params ReadOnlySpan<int> shape);
}
