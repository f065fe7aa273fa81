using Slerp.Engine.Backends;
using Slerp.Engine.Drafting;

namespace Slerp.Engine;

/// <summary>What an engine is made with: frozen at load. Immutable.</summary>
public sealed record EngineOptions
{
    /// <summary>The checkpoint folder: config.json, tokenizer, safetensors.</summary>
    public required string ModelPath { get; init; }

    /// <summary>The folder of a PEFT LoRA adapter for this checkpoint (adapter_config.json, adapter_model.safetensors), merged into the weights at load.</summary>
    /// <value>null: the checkpoint as it is.</value>
    /// <remarks>The engine is then another model: the name, the notes in <see cref="NotesFolder"/> and all memories are its own. A chat template that lies in the
    /// folder holds in place of the checkpoint's.</remarks>
    public string? AdapterPath { get; init; }

    /// <summary>The folder of a second, smaller checkpoint of the same vocabulary: what the drafter "draft" needs.</summary>
    /// <value>null: the folder beside <see cref="ModelPath"/> of that name followed by "-draft", where there is one. Either is loaded with the model; one beside it that fails to load is tried again while requests that ask for it go on without.</value>
    public string? DraftModelPath { get; init; }

    /// <summary>The folder of an MLP speculator made for this checkpoint (config.json, model.safetensors): what the drafter "mlp" needs.</summary>
    /// <value>null: the folder beside <see cref="ModelPath"/> of that name followed by "-mlp", where there is one. Either is loaded with the model; one beside it that fails to load is tried again while requests that ask for it go on without.</value>
    public string? SpeculatorPath { get; init; }

    /// <summary>Who shares what token recycling has learned.</summary>
    /// <value><see cref="RecyclingScope.Conversation"/>: no conversation shows in the speed of another.</value>
    public RecyclingScope RecyclingScope { get; init; } = RecyclingScope.Conversation;

    /// <summary>Whether token recycling starts from what this model says to a few neutral questions: found out once per checkpoint and machine, while
    /// the engine has nothing to do, and kept in <see cref="NotesFolder"/>.</summary>
    /// <value>true.</value>
    public bool WarmStart { get; init; } = true;

    /// <summary>The folder where this machine keeps what it found out about checkpoints (what rows cost, the answers of <see cref="WarmStart"/>);
    /// empty keeps nothing. Small files without any text of a user's, which may be deleted at any time.</summary>
    /// <value>null: the user's folder for local application data.</value>
    public string? NotesFolder { get; init; }

    /// <summary>The backend's name: "cpu", or one that a provider brings.</summary>
    /// <value>"cpu".</value>
    public string Backend { get; init; } = "cpu";

    /// <summary>Backends of other assemblies. Those registered as services are found without being named here.</summary>
    /// <value>None.</value>
    public IReadOnlyList<BackendProvider> BackendProviders { get; init; } = [];

    /// <summary>How weights are kept.</summary>
    /// <value>As the checkpoint stores them.</value>
    public WeightFormat WeightFormat { get; init; } = WeightFormat.AsStored;

    /// <summary>How the KV cache keeps keys and values.</summary>
    /// <value>32 bits where most weights are kept in 32, else 16.</value>
    public KvFormat KvFormat { get; init; } = KvFormat.AsWeights;

    /// <summary>Compute threads; 0 takes one per physical core.</summary>
    /// <value>0.</value>
    public int Threads { get; init; }

    /// <summary>Most tokens of prompt and answer together; 0 takes the model's own limit.</summary>
    /// <value>0.</value>
    public int ContextTokens { get; init; }

    /// <summary>Bytes of KV cache; 0 takes what four full contexts need, within a quarter of free memory.</summary>
    /// <value>0.</value>
    public long KvCacheBytes { get; init; }

    /// <summary>Most requests decoded in one batch.</summary>
    /// <value>16.</value>
    public int MaxConcurrentRequests { get; init; } = 16;

    /// <summary>Most requests beyond <see cref="MaxConcurrentRequests"/>, waiting; one more is refused with <see cref="CapacityException"/>.</summary>
    /// <value>256.</value>
    public int QueueLimit { get; init; } = 256;

    /// <summary>Most finished requests whose keys and values are kept for the next turn, while their memory is not needed otherwise; 0 keeps none.</summary>
    /// <value>32.</value>
    public int CachedPrefixes { get; init; } = 32;

    /// <summary>Whether an answer that comes back as history becomes the tokens it was sampled as, in place of those its text is split into, where this
    /// process still remembers it (as many answers as <see cref="CachedPrefixes"/>).</summary>
    /// <value>true: the next turn reads only what is new. false: a prompt's tokens, and with them the answer to a seed, follow from the request alone,
    /// whatever this process has seen, also after a restart and on another replica; a turn whose text is split otherwise is read again from there.</value>
    public bool RememberTranscripts { get; init; } = true;

    /// <summary>Most prompt tokens of one step: long prompts are read in chunks of this size while others decode.</summary>
    /// <value>512.</value>
    public int PrefillChunkTokens { get; init; } = 512;

    /// <summary>Wraps the backend: how tests make a device fail.</summary>
    internal Func<IComputeBackend, IComputeBackend>? DecorateBackend { get; init; }

    /// <summary>Wraps every drafter: how tests make one fail.</summary>
    internal Func<IDrafter, IDrafter>? DecorateDrafter { get; init; }

    /// <summary>What rows cost, in place of a measurement at load: for tests that must draft whatever the machine is busy with.</summary>
    internal CostCurve? Costs { get; init; }
}
