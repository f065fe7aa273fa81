using System.ComponentModel.DataAnnotations;
using Slerp.Engine;

namespace Slerp.Connector;

/// <summary>How the model is kept and run: the bindable face of <see cref="EngineOptions"/>, whose defaults it takes.</summary>
public sealed class SlerpEngineOptions
{
    private static readonly EngineOptions EngineDefaults = new() { ModelPath = string.Empty };

    /// <inheritdoc cref="EngineOptions.AdapterPath"/>
    public string? AdapterPath { get; set; } = EngineDefaults.AdapterPath;

    /// <inheritdoc cref="EngineOptions.DraftModelPath"/>
    public string? DraftModelPath { get; set; } = EngineDefaults.DraftModelPath;

    /// <inheritdoc cref="EngineOptions.SpeculatorPath"/>
    public string? SpeculatorPath { get; set; } = EngineDefaults.SpeculatorPath;

    /// <inheritdoc cref="EngineOptions.RecyclingScope"/>
    [EnumDataType(typeof(RecyclingScope))]
    public RecyclingScope RecyclingScope { get; set; } = EngineDefaults.RecyclingScope;

    /// <inheritdoc cref="EngineOptions.WarmStart"/>
    public bool WarmStart { get; set; } = EngineDefaults.WarmStart;

    /// <inheritdoc cref="EngineOptions.NotesFolder"/>
    public string? NotesFolder { get; set; } = EngineDefaults.NotesFolder;

    /// <inheritdoc cref="EngineOptions.Backend"/>
    [Required(ErrorMessage = "{0} is empty; expected a backend's name, such as \"cpu\".")]
    public string Backend { get; set; } = EngineDefaults.Backend;

    /// <inheritdoc cref="EngineOptions.WeightFormat"/>
    [EnumDataType(typeof(WeightFormat))]
    public WeightFormat WeightFormat { get; set; } = EngineDefaults.WeightFormat;

    /// <inheritdoc cref="EngineOptions.KvFormat"/>
    [EnumDataType(typeof(KvFormat))]
    public KvFormat KvFormat { get; set; } = EngineDefaults.KvFormat;

    /// <inheritdoc cref="EngineOptions.Threads"/>
    [Range(0, 1024, ErrorMessage = "{0} must be from {1} to {2}; 0 takes one per physical core.")]
    public int Threads { get; set; } = EngineDefaults.Threads;

    /// <inheritdoc cref="EngineOptions.ContextTokens"/>
    [Range(0, int.MaxValue, ErrorMessage = "{0} must be from {1} to {2}; 0 takes the model's own limit.")]
    public int ContextTokens { get; set; } = EngineDefaults.ContextTokens;

    /// <inheritdoc cref="EngineOptions.KvCacheBytes"/>
    [Range(0L, long.MaxValue, ErrorMessage = "{0} must be from {1} to {2}; 0 lets the engine choose.")]
    public long KvCacheBytes { get; set; } = EngineDefaults.KvCacheBytes;

    /// <inheritdoc cref="EngineOptions.MaxConcurrentRequests"/>
    [Range(1, 4096, ErrorMessage = "{0} must be from {1} to {2}.")]
    public int MaxConcurrentRequests { get; set; } = EngineDefaults.MaxConcurrentRequests;

    /// <inheritdoc cref="EngineOptions.QueueLimit"/>
    [Range(0, int.MaxValue, ErrorMessage = "{0} must be from {1} to {2}; 0 refuses whatever cannot start at once.")]
    public int QueueLimit { get; set; } = EngineDefaults.QueueLimit;

    /// <inheritdoc cref="EngineOptions.CachedPrefixes"/>
    [Range(0, 4096, ErrorMessage = "{0} must be from {1} to {2}; 0 keeps none.")]
    public int CachedPrefixes { get; set; } = EngineDefaults.CachedPrefixes;

    /// <inheritdoc cref="EngineOptions.RememberTranscripts"/>
    public bool RememberTranscripts { get; set; } = EngineDefaults.RememberTranscripts;

    /// <inheritdoc cref="EngineOptions.PrefillChunkTokens"/>
    [Range(1, int.MaxValue, ErrorMessage = "{0} must be from {1} to {2}.")]
    public int PrefillChunkTokens { get; set; } = EngineDefaults.PrefillChunkTokens;

    internal EngineOptions ToEngineOptions(string modelPath) => new()
    {
        ModelPath = modelPath,
        AdapterPath = AdapterPath,
        DraftModelPath = DraftModelPath,
        SpeculatorPath = SpeculatorPath,
        RecyclingScope = RecyclingScope,
        WarmStart = WarmStart,
        NotesFolder = NotesFolder,
        Backend = Backend,
        WeightFormat = WeightFormat,
        KvFormat = KvFormat,
        Threads = Threads,
        ContextTokens = ContextTokens,
        KvCacheBytes = KvCacheBytes,
        MaxConcurrentRequests = MaxConcurrentRequests,
        QueueLimit = QueueLimit,
        PrefillChunkTokens = PrefillChunkTokens,
        CachedPrefixes = CachedPrefixes,
        RememberTranscripts = RememberTranscripts,
    };
}
