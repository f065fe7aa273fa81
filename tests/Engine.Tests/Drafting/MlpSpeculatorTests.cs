using Slerp.Engine.Backends.Cpu;
using Slerp.Engine.Drafting;
using Slerp.Engine.Drafting.MlpSpeculator;
using Slerp.Engine.Steps;
using Slerp.Engine.Tests.Doubles;
using Slerp.Tests.Shared;
using Slerp.Tests.Shared.Engine;

namespace Slerp.Engine.Tests.Drafting;

public sealed class MlpSpeculatorTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly CpuBackend _backend = new(new CpuBackendOptions(1));

    public void Dispose()
    {
        _backend.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData(false, false, 3)]
    [InlineData(false, true, 1)]
    [InlineData(true, false, 4)]
    [InlineData(true, true, 2)]
    public void Stages_EqualTheTeacherForcedFormula(bool tied, bool scaled, int stages)
    {
        var toy = new ToySpeculator { Tied = tied, ScalesInput = scaled, Stages = stages, Sharpness = 1 };
        using var network = Load(toy);
        int[][] rows = [[3, 17, 200, 5], [250, 0, 0, 9], [3, 17, 201, 6]];
        var hidden = rows.Select((_, row) => Enumerable.Range(0, toy.Width).Select(index => MathF.Sin((row * 7) + index)).ToArray()).ToArray();
        var states = hidden.Select(row => row.ToArray()).SelectMany(row =>
        {
            network.Begin(row);
            return row;
        }).ToArray();
        for (var stage = 0; stage < stages; stage++)
        {
            var next = new float[rows.Length * toy.InnerWidth];
            var (tokens, chances) = (new int[rows.Length * 5], new float[rows.Length * 5]);
            network.Run(stage, states, [.. rows.Select(row => row[stage])], next, tokens, chances);
            for (var row = 0; row < rows.Length; row++)
            {
                var expected = Probabilities(toy, hidden[row], rows[row], stage);
                Assert.Equal(Array.IndexOf(expected, expected.Max()), tokens[row * 5]);
                for (var rank = 0; rank < 5; rank++)
                {
                    Assert.Equal(expected[tokens[(row * 5) + rank]], chances[(row * 5) + rank], 1e-5);
                }
            }

            states = next;
        }
    }

    [Fact]
    public void Propose_DraftsTheChainTheStagesSay_AndLearnsWhatWasRight()
    {
        var toy = new ToySpeculator { Sharpness = 40 };
        using var drafter = new MlpSpeculatorDrafter(new Lazy<SpeculatorNetwork>(Load(toy)), new StepPrices(new CostCurve([1, 64], [1, 1.01])), targetParameters: 1_000_000, time: null);
        using var session = drafter.Open(null!);
        var output = new HiddenOutput(Enumerable.Range(0, toy.Width).Select(index => MathF.Cos(index)).ToArray());
        var tree = new TokenTree();
        tree.Add(65, -1);
        drafter.Propose([new DraftTask(session, tree, 20)], 1);
        Assert.Equal(1, tree.Count);

        session.Observe(new StepOutcome { Tree = tree, Path = [0], Chosen = [66], Output = output, FirstRow = 0, FirstNode = 0 });
        tree.SetChain([66]);
        drafter.Propose([new DraftTask(session, tree, 20)], 1);
        var first = Probabilities(toy, output.Hidden, [66], 0);
        Assert.InRange(tree.Count, 2, 21);
        Assert.Equal(Array.IndexOf(first, first.Max()), tree.Tokens[1]);
        var ledger = new DraftLedger();
        session.Observe(new StepOutcome { Tree = tree, Path = [0, 1], Chosen = [tree.Tokens[1], 0], Output = output, FirstRow = 0, FirstNode = 0 });
        session.Report(ledger);
        Assert.Equal((tree.Count - 1, 1), ledger.Sources["mlp"]);
    }

    [Fact]
    public async Task ZeroedSpeculator_LeavesTheText()
    {
        var model = new ToyCheckpoint { Sharpness = 8 }.Save(_folder);
        var speculator = new ToySpeculator { Sharpness = 0 }.Save(_folder);
        await using var engine = await SlerpEngine.LoadAsync(new EngineOptions { ModelPath = model, SpeculatorPath = speculator, Threads = 1 });
        var vanilla = await engine.AnswerAsync(EngineRequests.Raw("the cat sat", 60, null, "vanilla"));
        var drafted = await engine.AnswerAsync(EngineRequests.Raw("the cat sat", 60, null, "mlp"));
        Assert.Equal(vanilla.Text, drafted.Text);
        Assert.Equal(0, drafted.Stats.Drafts.Faults);
        Assert.InRange(drafted.Stats.Steps, 1, 59);
    }

    [Fact]
    public async Task WithoutASpeculator_TheDrafterIsRefusedByName()
    {
        var model = new ToyCheckpoint().Save(_folder);
        await using var engine = await SlerpEngine.LoadAsync(new EngineOptions { ModelPath = model, Threads = 1 });
        var refusal = await Assert.ThrowsAsync<ArgumentException>(() => engine.AnswerAsync(EngineRequests.Raw("x", 4, null, "mlp")));
        Assert.Contains("SpeculatorPath", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SpeculatorOfAnotherModel_FailsTheLoadWithBothSizes()
    {
        var model = new ToyCheckpoint().Save(_folder);
        var speculator = new ToySpeculator { Width = 48 }.Save(_folder);
        var refusal = await Assert.ThrowsAsync<CheckpointException>(
            () => SlerpEngine.LoadAsync(new EngineOptions { ModelPath = model, SpeculatorPath = speculator, Threads = 1 }));
        Assert.Contains("width 48", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("width 32", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("model_type", "\"llama\"")]
    [InlineData("n_predict", "0")]
    [InlineData("n_predict", "17")]
    [InlineData("n_predict", "4")]
    [InlineData("emb_dim", "null")]
    [InlineData("inner_dim", "-1")]
    [InlineData("inner_dim", "9999999999")]
    [InlineData("vocab_size", "1e9")]
    [InlineData("top_k_tokens_per_head", "[5, 4]")]
    [InlineData("top_k_tokens_per_head", "[5, 4, 0]")]
    [InlineData("n_candidates", "0")]
    [InlineData("tie_weights", "1")]
    public void MalformedConfiguration_IsRefused(string field, string value)
    {
        var path = new ToySpeculator { Configure = config => config[field] = System.Text.Json.Nodes.JsonNode.Parse(value) }.Save(_folder);
        Assert.Throws<CheckpointException>(() => SpeculatorNetwork.Load(path, _backend, WeightFormat.AsStored, 32, ToyCheckpoint.VocabularySize, CancellationToken.None).Dispose());
    }

    [Fact]
    public void InnerWidthZero_IsTheTargetsWidth()
    {
        var path = new ToySpeculator { InnerWidth = 32, Configure = config => config["inner_dim"] = 0 }.Save(_folder);
        using var network = SpeculatorNetwork.Load(path, _backend, WeightFormat.AsStored, 32, ToyCheckpoint.VocabularySize, CancellationToken.None);
        Assert.Equal(32, network.Config.InnerWidth);
    }

    [Fact]
    public void Load_IsStoppedBeforeTheNextMatrix()
    {
        var path = new ToySpeculator().Save(_folder);
        Assert.Throws<OperationCanceledException>(
            () => SpeculatorNetwork.Load(path, _backend, WeightFormat.AsStored, 32, ToyCheckpoint.VocabularySize, new CancellationToken(canceled: true)));
    }

    [Fact]
    public void MissingFolderOrTensor_IsRefused()
    {
        Assert.Throws<CheckpointException>(() => SpeculatorConfig.Read(Path.Combine(_folder.Path("none"), "absent")));
        var path = new ToySpeculator { Tied = true, Configure = config => config["tie_weights"] = false }.Save(_folder);
        var refusal = Assert.Throws<CheckpointException>(() => SpeculatorNetwork.Load(path, _backend, WeightFormat.AsStored, 32, ToyCheckpoint.VocabularySize, CancellationToken.None));
        Assert.Contains("speculator.emb.1.weight", refusal.Message, StringComparison.Ordinal);
    }

    // The formula written down once more, in double precision, for one row and given tokens.
    private static double[] Probabilities(ToySpeculator toy, float[] hidden, int[] tokens, int last)
    {
        var tensors = toy.Tensors();
        double[] Tensor(string name) => [.. tensors[$"speculator.{name}"].Values.Select(value => (double)value)];
        var h = toy.InnerWidth;
        var ws = Math.Pow(0.5, 0.5 / toy.Stages);
        var we = Math.Sqrt((1 - (ws * ws)) * h / 2);
        double[] s = [.. hidden.Select(value => (double)value)];
        if (toy.ScalesInput)
        {
            var norm = Math.Sqrt(s.Average(value => value * value) + 1e-6) * Math.Sqrt(2);
            s = [.. s.Select(value => value / norm)];
        }

        double[] logits = [];
        for (var stage = 0; stage <= last; stage++)
        {
            var own = toy.Tied ? 0 : stage;
            var w = Tensor($"proj.{(toy.Tied ? Math.Min(stage, 1) : stage)}.weight");
            var e = Tensor($"emb.{own}.weight");
            var (scale, shift) = (Tensor($"ln.{own}.weight"), Tensor($"ln.{own}.bias"));
            var x = new double[h];
            for (var row = 0; row < h; row++)
            {
                x[row] = (we / ws * e[(tokens[stage] * h) + row]) + Enumerable.Range(0, s.Length).Sum(column => w[(row * s.Length) + column] * s[column]);
            }

            var root = Math.Sqrt(x.Average(value => value * value) + 1e-6);
            s = [.. x.Select((value, index) => Gelu((value / root * scale[index]) + shift[index]))];
            var u = Tensor($"head.{own}.weight");
            logits = [.. Enumerable.Range(0, toy.VocabularySize).Select(token => Enumerable.Range(0, h).Sum(column => u[(token * h) + column] * s[column]))];
        }

        var largest = logits.Max();
        var sum = logits.Sum(logit => Math.Exp(logit - largest));
        return [.. logits.Select(logit => Math.Exp(logit - largest) / sum)];
    }

    // The error function by its power series, which converges for every argument of these tests.
    private static double Gelu(double x)
    {
        var z = x / Math.Sqrt(2);
        var (term, sum) = (z, z);
        for (var n = 1; n < 200; n++)
        {
            term *= -z * z / n;
            sum += term / ((2 * n) + 1);
        }

        return 0.5 * x * (1 + (2 / Math.Sqrt(Math.PI) * sum));
    }

    private SpeculatorNetwork Load(ToySpeculator toy) =>
        SpeculatorNetwork.Load(toy.Save(_folder), _backend, WeightFormat.AsStored, toy.Width, toy.VocabularySize, CancellationToken.None);
}
