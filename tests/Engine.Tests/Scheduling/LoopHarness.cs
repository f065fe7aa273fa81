using Slerp.Engine.Decoding;
using Slerp.Engine.Drafting;
using Slerp.Engine.Models;
using Slerp.Engine.Scheduling;
using Slerp.Engine.Tokenizers;
using Slerp.Tests.Shared;
using Slerp.Tests.Shared.Engine;

namespace Slerp.Engine.Tests.Scheduling;

/// <summary>The real loop over a toy model, with sequences made by hand: any drafter, any tokenizer.</summary>
internal sealed class LoopHarness : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly LoadedModel _model;
    private readonly EngineLoop _loop;

    public LoopHarness(
        long cacheBytes = 0, int maxRunning = 8, Func<IDecoder, IDecoder>? wrap = null, Func<TemporaryFolder, EngineOptions>? options = null, int queueLimit = 64, bool isStarted = true)
    {
        _model = LoadedModel.Load(
            options?.Invoke(_folder) ?? new EngineOptions { ModelPath = new ToyCheckpoint().Save(_folder), Threads = 1, KvCacheBytes = cacheBytes }, null, TimeProvider.System, CancellationToken.None);
        var decoder = wrap?.Invoke(_model.Decoder) ?? _model.Decoder;
        _loop = new EngineLoop(new DecodeStep(decoder, _model.Cache, _model.Workspace, _model.Prices), _model.Cache, _model.Prefixes, new EngineLoopLimits(maxRunning, queueLimit, 512));
        if (isStarted)
        {
            Start();
        }
    }

    public ITokenizer Tokenizer => _model.Tokenizer;

    /// <summary>Pages of the KV cache that nobody holds, and all of them.</summary>
    public (int Free, int Total) CachePages => (_model.Cache.FreePages, _model.Cache.TotalPages);

    public IDrafter? DrafterNamed(string name) => _model.DrafterNamed(name);

    public Sequence Create(string prompt, int maxTokens, IDrafter? drafter = null, ITokenizer? tokenizer = null, SegmentCollector? segments = null) => new(
        _model.Prompts.EncodeContent(prompt),
        SamplingMode.Greedy.Instance,
        Penalties.None,
        maxTokens,
        new StopRules(tokenizer ?? _model.Tokenizer, new HashSet<int>(), maxTokens, []),
        new SequenceClock(TimeProvider.System),
        drafter,
        constraint: null,
        tenant: "",
        segments);

    /// <summary>Whether nobody's request is in flight.</summary>
    public bool IsIdle => _loop.IsIdle;

    /// <summary>Has a judged sequence go on vanilla.</summary>
    public Task RejectAsync(Sequence sequence, int tokens) => _loop.RejectAsync(sequence, tokens);

    /// <summary>Starts a loop that was not: what was submitted before runs together.</summary>
    public void Start() => _loop.Start();

    public EngineGeneration Submit(Sequence sequence)
    {
        _loop.Submit(sequence);
        return new EngineGeneration(sequence, _loop, _model.Tokenizer);
    }

    public async Task<string> AnswerAsync(Sequence sequence) => (await Submit(sequence).ReadAsync()).Text;

    public async ValueTask DisposeAsync()
    {
        _loop.Stop();
        await _loop.Stopped;
        _loop.Dispose();
        _model.Dispose();
        _folder.Dispose();
    }
}
