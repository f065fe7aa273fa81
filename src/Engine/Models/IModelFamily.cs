using Slerp.Engine.Checkpoints;

namespace Slerp.Engine.Models;

/// <summary>One family of architectures: what it answers to, and what it reads from config.json.</summary>
internal interface IModelFamily
{
    /// <summary>Names it answers to, as config.json spells them in architectures.</summary>
    IReadOnlyList<string> Architectures { get; }

    /// <summary>The model_type it answers to where architectures is missing.</summary>
    string ModelType { get; }

    /// <summary>Reads the shape.</summary>
    /// <exception cref="UnsupportedModelException">The checkpoint needs a feature this build does not compute.</exception>
    DecoderShape Read(ModelConfig config);
}
