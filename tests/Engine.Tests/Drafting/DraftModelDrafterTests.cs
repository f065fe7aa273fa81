using Slerp.Engine.Backends;
using Slerp.Engine.Cache;
using Slerp.Engine.Drafting;
using Slerp.Engine.Drafting.DraftModel;
using Slerp.Engine.Merging;
using Slerp.Engine.Models;
using Slerp.Engine.Steps;
using Slerp.Engine.Tests.Doubles;
using Slerp.Tests.Shared;
using Slerp.Tests.Shared.Engine;

namespace Slerp.Engine.Tests.Drafting;

/// <summary>The draft model's own rows, apart from what the target makes of its guesses.</summary>
public sealed class DraftModelDrafterTests : IDisposable
{
    // Rows of the target are free up to sixteen; a pass of the draft costs a thousandth of a step.
    private static readonly StepPrices TargetCosts = new(new CostCurve([1, 16, 32], [1, 1, 9]));

    private readonly TemporaryFolder _folder = new();
    private readonly DecoderHarness _harness;
    private readonly CountingDecoder _decoder;
    private readonly KvCache _cache;
    private readonly DraftModelDrafter _drafter;

    public DraftModelDrafterTests()
    {
        var path = new ToyCheckpoint { Sharpness = 8 }.Save(_folder);
        _harness = new DecoderHarness(Path.Combine(path, "config.json"), Path.Combine(path, "model.safetensors"));
        _decoder = new CountingDecoder(_harness.Decoder);
        var heads = _decoder.Shape.Heads;
        _cache = new KvCache(_harness.Backend, _harness.Backend.CreateKvStore(128, heads.KvHeads, heads.HeadSize, KvFormat.Float32), _decoder.Shape.Layers, 8, 256);
        var model = new DraftingModel
        {
            Decoder = _decoder,
            Cache = _cache,
            Workspace = _harness.Backend.CreateWorkspace(),
            Costs = new CostCurve([1, 64], [0.001, 0.001]),
            Matrices = [],
            ContextTokens = 200,
        };
        _drafter = new DraftModelDrafter(new Lazy<DraftingModel>(model), TargetCosts, ToyCheckpoint.VocabularySize, time: null);
    }

    public void Dispose()
    {
        _drafter.Dispose();
        _harness.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void Guesses_AreTheDraftModelsOwnContinuation_WhateverBecameOfTheLastOnes()
    {
        var context = new TextContext(0, "once upon a time"u8.ToArray().Select(static value => (int)value));
        using (var session = _drafter.Open(context))
        {
            for (var round = 0; round < 12; round++)
            {
                var chain = Propose(session, context);
                Assert.True(chain.Count >= 2, $"round {round} drafted {chain.Count} tokens");
                Assert.Equal(_harness.Greedy(context.Tokens, chain.Count), chain);
                // A part of the draft is accepted, then the target says something else; in every third round it is all right.
                var accepted = round % 3 == 0 ? chain.Count : round % chain.Count;
                context.Append([.. chain[..accepted], (int)'a' + round]);
            }

            Assert.True(_cache.FreePages < _cache.TotalPages);
        }

        Assert.Equal(_cache.TotalPages, _cache.FreePages);
    }

    [Fact]
    public void Batch_IsDraftedForInOnePassForEachDepth()
    {
        var contexts = Enumerable.Range(0, 8).Select(index => new TextContext(index, 65 + index, 66, 67)).ToList();
        var sessions = contexts.Select(_drafter.Open).ToList();
        var trees = contexts.Select(Root).ToList();
        DraftTask[] tasks = [.. sessions.Select((session, index) => new DraftTask(session, trees[index], 4))];
        _drafter.Propose(tasks, plainRows: 1);
        Assert.InRange(_decoder.Passes, 1, 4);
        Assert.Contains(trees, tree => tree.Count > 1);
        sessions.ForEach(static session => session.Dispose());
        Assert.Equal(_cache.TotalPages, _cache.FreePages);
    }

    [Fact]
    public void LongPrompt_IsReadOverSeveralSteps_AndOneBeyondItsContextNotAtAll()
    {
        var context = new TextContext(0, Enumerable.Repeat(70, 199));
        using var session = _drafter.Open(context);
        Assert.NotEmpty(Propose(session, context));
        context.Append(71, 72);
        Assert.Empty(Propose(session, context));
    }

    [Fact]
    public void RowsWithoutIds_AreNotRead()
    {
        var context = new TextContext(0, 65, 66, 67) { RowsWithoutIds = 2 };
        using var session = _drafter.Open(context);
        var chain = Propose(session, context);
        Assert.NotEmpty(chain);
        Assert.Equal(_harness.Greedy([65, 66, 67], chain.Count), chain);
    }

    [Fact]
    public void TokenUnknownToTheDraftModel_EndsItsDrafts()
    {
        var context = new TextContext(0, 65, 66, ToyCheckpoint.VocabularySize);
        using var session = _drafter.Open(context);
        Assert.Empty(Propose(session, context));
    }

    [Fact]
    public void WhereNothingPays_OnlyAProbeIsDrafted()
    {
        using var dear = new DraftModelDrafter(
            new Lazy<DraftingModel>(new DraftingModel
            {
                Decoder = _decoder,
                Cache = _cache,
                Workspace = _harness.Backend.CreateWorkspace(),
                Costs = new CostCurve([1, 64], [5, 5]),
                Matrices = [],
                ContextTokens = 200,
            }),
            TargetCosts,
            ToyCheckpoint.VocabularySize,
            time: null);
        var context = new TextContext(0, 65, 66, 67);
        using var session = dear.Open(context);
        for (var step = 0; step < 8; step++)
        {
            dear.Propose([new DraftTask(session, Root(context), 8)], plainRows: 1);
            Observe(session, context, 68);
        }

        Assert.Equal(1, _decoder.Passes);
    }

    private List<int> Propose(DraftSession session, TextContext context)
    {
        var tree = Root(context);
        _drafter.Propose([new DraftTask(session, tree, 8)], plainRows: 1);
        var chain = new List<int>();
        for (var node = 0; (node = MainChild(tree, node)) > 0;)
        {
            chain.Add(tree.Tokens[node]);
        }

        return chain;
    }

    // Of siblings the first added is the likeliest, and the only one with children.
    private static int MainChild(TokenTree tree, int node) => tree.Parents.IndexOf(node);

    private static TokenTree Root(TextContext context)
    {
        var tree = new TokenTree();
        tree.Add(context.Tokens[^1], -1);
        return tree;
    }

    private static void Observe(DraftSession session, TextContext context, int chosen)
    {
        session.Observe(new StepOutcome { Tree = Root(context), Path = [0], Chosen = [chosen], Output = new FixedOutput(new float[1]), FirstRow = 0, FirstNode = 0 });
        context.Append(chosen);
    }

    private sealed class CountingDecoder(IDecoder decoder) : IDecoder
    {
        public int Passes { get; private set; }

        public DecoderShape Shape => decoder.Shape;

        public StepOutput Forward(StepBatch batch, KvCache cache, Workspace workspace, MergeStep? merging = null)
        {
            Passes++;
            return decoder.Forward(batch, cache, workspace, merging);
        }

        public IDecoder View(LayerMask mask) => decoder.View(mask);
    }
}
