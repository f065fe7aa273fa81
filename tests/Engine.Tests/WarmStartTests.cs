using Slerp.Engine.Checkpoints;
using Slerp.Engine.Drafting.TokenRecycling;
using Slerp.Tests.Shared;
using Slerp.Tests.Shared.Engine;

namespace Slerp.Engine.Tests;

public sealed class WarmStartTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly PausingTime _time = new();
    private readonly string _model;
    private readonly string _notes;

    public WarmStartTests()
    {
        _model = new ToyCheckpoint { Sharpness = 8, Context = 512 }.Save(_folder);
        _notes = Path.GetDirectoryName(_folder.Path("notes", "x"))!;
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Pauses_FillTheTableOnce_AndTheTextStaysTheSame()
    {
        await using var engine = await SlerpEngine.LoadAsync(Options(), time: _time);
        Assert.Equal(0, _time.Timers);
        var before = await engine.AnswerAsync(EngineRequests.Raw("the cat sat", 60, null, "recycling"));
        Assert.Empty(Notes());
        await TestTimeouts.EventuallyAsync(
            () =>
            {
                _time.Pause();
                return Notes().Length > 0;
            },
            "the table is written");
        var after = await engine.AnswerAsync(EngineRequests.Raw("the cat sat", 60, null, "recycling"));
        Assert.Equal(before.Text, after.Text);
        Assert.Equal(0, _time.Timers);

        var table = SuccessorFile.Read(await File.ReadAllBytesAsync(Notes()[0]), ToyCheckpoint.VocabularySize);
        Assert.True(table!.RowCount > 20);
        await using var second = await SlerpEngine.LoadAsync(Options(), time: _time);
        Assert.Equal(before.Text, (await second.AnswerAsync(EngineRequests.Raw("the cat sat", 60, null, "recycling"))).Text);
        Assert.Equal(0, _time.Timers);
    }

    [Fact]
    public async Task Requests_AreNotKeptWaiting_AndPagesReturn()
    {
        await using var engine = await SlerpEngine.LoadAsync(Options() with { CachedPrefixes = 0 }, time: _time);
        var expected = (await engine.AnswerAsync(EngineRequests.Raw("abc", 40))).Text;
        for (var round = 0; round < 8; round++)
        {
            _time.Pause();
            _time.Pause();
            Assert.Equal(expected, (await engine.AnswerAsync(EngineRequests.Raw("abc", 40))).Text);
        }

        await TestTimeouts.EventuallyAsync(() => engine.CachePages.Free == engine.CachePages.Total, "all pages are free");
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(24, true)]
    public async Task AnswersThatRequestsEndAgainAndAgain_GoOnFromWhereTheyStood_AFewTimesAtMost(int steps, bool isEnough)
    {
        using var reached = new ManualResetEventSlim();
        using var goOn = new ManualResetEventSlim(initialState: true);
        var left = 0;
        var options = Options() with
        {
            DecorateBackend = inner => new FaultyBackend(inner)
            {
                Strike = verb =>
                {
                    if (verb == "Embed" && !goOn.IsSet && --left == 0)
                    {
                        reached.Set();
                        goOn.Wait(TestTimeouts.Limit);
                    }

                    return false;
                },
            },
        };
        await using var engine = await SlerpEngine.LoadAsync(options, time: _time);
        await engine.AnswerAsync(EngineRequests.Raw("abc", 4));
        var rounds = 0;
        for (; _time.Timers > 0 && rounds < 100; rounds++)
        {
            left = steps;
            reached.Reset();
            goOn.Reset();
            // The second pause asks; a request comes while the last of so many steps runs.
            _time.Pause();
            _time.Pause();
            await TestTimeouts.EventuallyAsync(() => reached.IsSet || _time.Timers == 0 || Pause(), "a step runs");
            await using var request = await engine.GenerateAsync(EngineRequests.Raw("abc", 4));
            goOn.Set();
            await request.ReadAsync();
        }

        // Twelve questions, four at a time, six tries each.
        Assert.InRange(rounds, 1, 40);
        Assert.Null(engine.Status.WarmStartFailure);
        Assert.Equal(isEnough ? 1 : 0, Notes().Length);

        bool Pause()
        {
            _time.Pause();
            return false;
        }
    }

    [Fact]
    public async Task EngineWithoutAQueue_TakesARequestWhileItsPlacesAreWarming()
    {
        // Two at a time: those before may still be leaving.
        await using var engine = await SlerpEngine.LoadAsync(Options() with { MaxConcurrentRequests = 4, QueueLimit = 0 }, time: _time);
        var expected = (await engine.AnswerAsync(EngineRequests.Raw("abc", 40))).Text;
        for (var round = 0; round < 4; round++)
        {
            _time.Pause();
            _time.Pause();
            Assert.All(await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => engine.AnswerAsync(EngineRequests.Raw("abc", 40)))), answer => Assert.Equal(expected, answer.Text));
        }
    }

    [Fact]
    public async Task EngineForOneRequest_LearnsFromAsManyAnswersAsAnother()
    {
        var roomy = await RowsAsync(Options() with { NotesFolder = Path.Combine(_notes, "roomy") });
        var narrow = await RowsAsync(Options() with { NotesFolder = Path.Combine(_notes, "narrow"), MaxConcurrentRequests = 1, QueueLimit = 0 });
        Assert.InRange(narrow, roomy * 9 / 10, roomy * 11 / 10);
    }

    [Fact]
    public async Task WarmAnswers_TakeNoEntryOfThePrefixCache()
    {
        await using var engine = await SlerpEngine.LoadAsync(Options() with { CachedPrefixes = 1 }, time: _time);
        var asked = new string('x', 40);
        await engine.AnswerAsync(EngineRequests.Raw(asked, 4));
        await TestTimeouts.EventuallyAsync(
            () =>
            {
                _time.Pause();
                return Notes().Length > 0;
            },
            "the table is written");
        Assert.Equal(39, (await engine.AnswerAsync(EngineRequests.Raw(asked, 4))).Stats.CachedPromptTokens);
    }

    [Fact]
    public async Task TimerThatCallsAfterTheEnd_DoesNothing()
    {
        var engine = await SlerpEngine.LoadAsync(Options(), time: _time);
        await engine.AnswerAsync(EngineRequests.Raw("abc", 10));
        var late = _time.Callbacks();
        _time.Pause();
        await engine.DisposeAsync();
        for (var call = 0; call < 4; call++)
        {
            late.ForEach(callback => callback());
        }

        Assert.Empty(Notes());
    }

    [Fact]
    public async Task FaultInTheTimer_EndsTheWarmStartAlone_AndIsTold()
    {
        await using var engine = await SlerpEngine.LoadAsync(Options(), time: _time);
        var expected = (await engine.AnswerAsync(EngineRequests.Raw("abc", 10))).Text;
        _time.Fault = new InvalidOperationException("The drill's fault.");
        _time.Pause();
        _time.Pause();
        _time.Fault = null;
        Assert.Equal("The drill's fault.", engine.Status.WarmStartFailure?.Message);
        Assert.Equal(0, _time.Timers);
        Assert.Equal(expected, (await engine.AnswerAsync(EngineRequests.Raw("abc", 10))).Text);
        Assert.Equal(0, _time.Timers);
        Assert.Empty(Notes());
    }

    [Fact]
    public async Task TurnedOff_NothingIsWatchedOrWritten()
    {
        await using var engine = await SlerpEngine.LoadAsync(Options() with { WarmStart = false }, time: _time);
        await engine.AnswerAsync(EngineRequests.Raw("abc", 10));
        Assert.Equal(0, _time.Timers);
        Assert.Empty(Notes());
    }

    [Fact]
    public void Notes_InAFolderThatIsNone_AreAsGoodAsNone()
    {
        var file = _folder.Path("file");
        File.WriteAllText(file, "");
        var checkpoint = CheckpointDirectory.Open(_model);
        var notes = MachineNotes.On(Options() with { NotesFolder = file }, checkpoint);
        Assert.False(notes.Write("a", [1]));
        Assert.Null(notes.Read("a", 10));
        Assert.False(MachineNotes.On(Options() with { NotesFolder = "" }, checkpoint).Write("a", [1]));
    }

    [Fact]
    public void Notes_ComeBack_UnlessTheyAreTooLargeOrOfAnotherFormat()
    {
        var checkpoint = CheckpointDirectory.Open(_model);
        var notes = MachineNotes.On(Options(), checkpoint);
        Assert.True(notes.Write("a", [1, 2, 3]));
        Assert.True(notes.Write("a", [4, 5, 6]));
        Assert.Equal([4, 5, 6], notes.Read("a", 3)!);
        Assert.Null(notes.Read("a", 2));
        Assert.Null(notes.Read("b", 2));
        Assert.Null(MachineNotes.On(Options() with { WeightFormat = WeightFormat.Int8Block32 }, checkpoint).Read("a", 3));
        Assert.Single(Notes());
    }

    private async Task<int> RowsAsync(EngineOptions options)
    {
        // Rows that cost their number: nothing is drafted, so that the answers alone are learned from, whatever runs together on however busy a machine.
        await using var engine = await SlerpEngine.LoadAsync(options with { Costs = new([1, 64], [1, 64]) }, time: _time);
        engine.LearnsPrices = false;
        await engine.AnswerAsync(EngineRequests.Raw("abc", 4));
        await TestTimeouts.EventuallyAsync(
            () =>
            {
                _time.Pause();
                return _time.Timers == 0;
            },
            "the warm start is over");
        Assert.Null(engine.Status.WarmStartFailure);
        var note = Directory.GetFiles(options.NotesFolder!, "successors", SearchOption.AllDirectories).Single();
        return SuccessorFile.Read(await File.ReadAllBytesAsync(note), ToyCheckpoint.VocabularySize)!.RowCount;
    }

    private EngineOptions Options() => new() { ModelPath = _model, NotesFolder = _notes, Threads = 1 };

    // What rows cost is noted by every load.
    private string[] Notes() => Directory.Exists(_notes)
        ? [.. Directory.GetFiles(_notes, "*", SearchOption.AllDirectories).Where(static file => !Path.GetFileName(file).StartsWith("step-costs-", StringComparison.Ordinal))]
        : [];

    // Time goes on as ever; timers fire when the test says so.
    private sealed class PausingTime : TimeProvider
    {
        private readonly List<Timer> _timers = [];

        public int Timers
        {
            get
            {
                lock (_timers)
                {
                    return _timers.Count;
                }
            }
        }

        /// <summary>Thrown by whoever asks what time it is.</summary>
        public Exception? Fault { get; set; }

        public void Pause() => Callbacks().ForEach(static callback => callback());

        public List<Action> Callbacks()
        {
            lock (_timers)
            {
                return [.. _timers.Select(static timer => (Action)timer.Fire)];
            }
        }

        public override long GetTimestamp() => Fault is { } fault ? throw fault : base.GetTimestamp();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = new Timer(this, callback, state);
            lock (_timers)
            {
                _timers.Add(timer);
            }

            return timer;
        }

        private sealed class Timer(PausingTime time, TimerCallback callback, object? state) : ITimer
        {
            public void Fire() => callback(state);

            public bool Change(TimeSpan dueTime, TimeSpan period) => true;

            public void Dispose()
            {
                lock (time._timers)
                {
                    time._timers.Remove(this);
                }
            }

            public ValueTask DisposeAsync()
            {
                Dispose();
                return ValueTask.CompletedTask;
            }
        }
    }
}
