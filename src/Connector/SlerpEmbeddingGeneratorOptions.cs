using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;
using Slerp.Connector.Options;
using Slerp.Engine;

namespace Slerp.Connector;

/// <summary>What a <see cref="SlerpEmbeddingGenerator"/> is made with. Bindable; not to be changed once a generator uses it.</summary>
public sealed class SlerpEmbeddingGeneratorOptions
{
    /// <summary>The checkpoint folder (config.json, tokenizer, safetensors).</summary>
    /// <value>null: the embedded model, <c>models/embedded</c> beside the application.</value>
    public string? ModelPath { get; set; }

    /// <summary>The name the model goes by in requests, results and telemetry.</summary>
    /// <value>null: the name of the checkpoint folder; with an adapter, "checkpoint+adapter".</value>
    public string? ModelId { get; set; }

    /// <summary>Whether a call that asks for another model id fails: vectors of two models cannot be compared. Otherwise it is logged and answered by this model.</summary>
    /// <value>false.</value>
    public bool StrictModelId { get; set; }

    /// <summary>How the hidden states of a text become one vector: what the checkpoint was trained with.</summary>
    /// <value><see cref="Pooling.Mean"/>.</value>
    [EnumDataType(typeof(Pooling))]
    public Pooling Pooling { get; set; }

    /// <summary>How the model is kept and run.</summary>
    /// <value>null: as the chat client of the same checkpoint in the same container does, which then shares its weights; without one, the engine's own defaults.
    /// A client with an adapter is of another model, whose vectors would not be this one's: its settings are not taken.</value>
    [ValidateObjectMembers]
    public SlerpEngineOptions? Engine { get; set; }

    internal string ResolvedModelPath => CheckpointCheck.Resolve(ModelPath);

    internal string DefaultModelId => CheckpointCheck.DefaultModelId(ResolvedModelPath, Engine?.AdapterPath);

    internal EngineOptions ToEngineOptions() => (Engine ?? new SlerpEngineOptions()).ToEngineOptions(ResolvedModelPath);
}
