using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;
using Slerp.Connector.Options;
using Slerp.Engine;

namespace Slerp.Connector;

/// <summary>What a <see cref="SlerpChatClient"/> is made with. Bindable; not to be changed once a client uses it.</summary>
public sealed class SlerpChatClientOptions
{
    /// <summary>The checkpoint folder (config.json, tokenizer, safetensors).</summary>
    /// <value>null: the embedded model, <c>models/embedded</c> beside the application.</value>
    public string? ModelPath { get; set; }

    /// <summary>The name the model goes by in requests, responses and telemetry.</summary>
    /// <value>null: the name of the checkpoint folder; with an adapter, "checkpoint+adapter".</value>
    public string? ModelId { get; set; }

    /// <summary>Whether a request for another model id fails; otherwise it is logged and answered by this model.</summary>
    /// <value>false.</value>
    public bool StrictModelId { get; set; }

    /// <summary>What happens to content a text model cannot read, such as an image.</summary>
    /// <value><see cref="UnsupportedContent.Throw"/>.</value>
    public UnsupportedContent UnsupportedContent { get; set; }

    /// <summary>How the model writes its tool calls.</summary>
    /// <value><see cref="ToolDialect.FromTemplate"/>.</value>
    [EnumDataType(typeof(ToolDialect))]
    public ToolDialect ToolDialect { get; set; }

    /// <summary>How the model is kept and run.</summary>
    /// <value>The engine's own defaults.</value>
    [ValidateObjectMembers]
    public SlerpEngineOptions Engine { get; set; } = new();

    /// <summary>What a request that does not say otherwise gets.</summary>
    /// <value>What the checkpoint's generation_config.json asks for.</value>
    [ValidateObjectMembers]
    public SlerpGenerationDefaults Defaults { get; set; } = new();

    internal string ResolvedModelPath => CheckpointCheck.Resolve(ModelPath);

    internal string DefaultModelId => CheckpointCheck.DefaultModelId(ResolvedModelPath, Engine.AdapterPath);

    /// <summary>What judges answers.</summary>
    /// <value>The built-in checks, where a lossy strategy is used.</value>
    [ValidateObjectMembers]
    public SlerpQualityOptions Quality { get; set; } = new();

    /// <summary>What happens when a strategy that can cost quality keeps failing.</summary>
    /// <value>Its circuit opens for a minute.</value>
    public ResilienceOptions Resilience { get; set; } = new();

    internal EngineOptions ToEngineOptions() => Engine.ToEngineOptions(ResolvedModelPath);
}
