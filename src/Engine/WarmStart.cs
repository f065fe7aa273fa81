using Slerp.Engine.Decoding;
using Slerp.Engine.Drafting.TokenRecycling;
using Slerp.Engine.Drafting.TreeGrowth;
using Slerp.Engine.Scheduling;

namespace Slerp.Engine;

/// <summary>Fills the warm table of token recycling once per checkpoint and machine: with what the model itself says to a few neutral questions.</summary>
/// <remarks>
/// <para>Nothing of a user's is in it, so all may read it. It is made while the engine has nothing to do: after the first request, and only when there
/// was none for a while. A request that comes meanwhile ends the answer that is being written; the next pause goes on from where it stood, a few times
/// at most: a machine on which that is never enough is not kept busy by it for ever.</para>
/// <para>Thread-safe. The table is written on the engine thread alone, and read by others only when the last answer has ended there.</para>
/// </remarks>
internal sealed class WarmStart : IDisposable
{
    private const string NoteName = "successors";

    // Heuristics: enough for the few hundred most frequent tokens, and over soon on a small machine; a user who thinks for two pauses is not in a hurry.
    private const int AnswerTokens = 96;
    private const int Together = 4;
    private const int FewestAnswers = 8;
    private const int MostTries = 6;

    // No tenant of a request: nothing of these answers is found in a cache by anyone.
    private const string Tenant = "\u0001warm start";
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(3);

    private readonly LoadedModel _model;
    private readonly EngineLoop _loop;
    private readonly TimeProvider _time;
    private readonly TreeDrafter _drafter;
    private readonly RecyclingMemory _memory;
    private readonly Queue<Question> _questions = new(WarmQuestions.All.Select(static text => new Question(text)));
    private readonly Lock _lock = new();
    private readonly List<(Question Question, Sequence Answer)> _answers = [];
    private ITimer? _timer;
    private Exception? _failure;
    private int _quietPauses;
    private int _finished;
    private volatile bool _isOver;

    /// <summary>Starts to watch for pauses, unless the table is there already.</summary>
    public WarmStart(LoadedModel model, EngineLoop loop, TimeProvider time)
    {
        _model = model;
        _loop = loop;
        _time = time;
        // A process-wide table of its own: all the answers write into it.
        _memory = new RecyclingMemory(model.Info.VocabularySize, RecyclingScope.Process);
        _drafter = new TreeDrafter("warm", model.Prices, maxNodes: 16, context => [new RecyclingSource(context, _memory)]);
        var bytes = model.Notes.Read(NoteName, SuccessorFile.MostBytes(model.Info.VocabularySize));
        model.Recycling.Warm = bytes is null ? null : SuccessorFile.Read(bytes, model.Info.VocabularySize);
        _isOver = model.Recycling.Warm is not null;
    }

    /// <summary>What went wrong with it; null where nothing did. Any thread.</summary>
    public Exception? Failure => Volatile.Read(ref _failure);

    /// <summary>Notes a request: the next question waits until it was quiet again.</summary>
    public void Note()
    {
        if (_isOver)
        {
            return;
        }

        lock (_lock)
        {
            _quietPauses = 0;
            _timer ??= _isOver ? null : _time.CreateTimer(static state => ((WarmStart)state!).Look(), this, Pause, Pause);
        }
    }

    /// <summary>Stops watching. What is being written ends with the loop, or with the next request.</summary>
    public void Stop()
    {
        lock (_lock)
        {
            _isOver = true;
            _timer?.Dispose();
        }
    }

    /// <summary>Frees the drafter. Call it when the loop has stopped.</summary>
    public void Dispose()
    {
        Stop();
        _drafter.Dispose();
    }

    // At every pause: the next questions where nobody has asked anything since the last one but one.
    private void Look()
    {
        lock (_lock)
        {
            // A timer may call once more after its end.
            if (_isOver)
            {
                return;
            }

            try
            {
                _quietPauses = _loop.IsIdle ? _quietPauses + 1 : 0;
                if (_quietPauses > 1)
                {
                    GoOn();
                }
            }
#pragma warning disable CA1031 // Nobody awaits a timer: what left here would end the process. It is told in the engine's status.
            catch (Exception failure)
#pragma warning restore CA1031
            {
                Volatile.Write(ref _failure, failure);
                Stop();
            }
        }
    }

    private void GoOn()
    {
        if (!TakeAnswers())
        {
            return;
        }

        while (_answers.Count < Together && _questions.TryDequeue(out var question))
        {
            Ask(question);
        }

        if (_answers.Count == 0)
        {
            Finish();
        }
    }

    // False while one is being written. The reader's side tells of an end: by then the step has learned its last.
    private bool TakeAnswers()
    {
        for (var index = _answers.Count - 1; index >= 0; index--)
        {
            var (question, answer) = _answers[index];
            answer.Output.Take(question.Written, out _, out var finish, out var failure);
            if (finish is not null)
            {
                // One that lost its drafter taught nothing.
                _finished += answer.Stats.Drafts.Faults == 0 ? 1 : 0;
            }
            else if (failure is not null)
            {
                Volatile.Write(ref _failure, failure);
            }
            else if (answer.IsCancelled)
            {
                GoOnWith(question);
            }
            else
            {
                continue;
            }

            _answers.RemoveAt(index);
        }

        return _answers.Count == 0;
    }

    // A request ended its answer. What was written has taught the table; where it is most of the answer by the last try, it is enough.
    private void GoOnWith(Question question)
    {
        if (question.Tries < MostTries && question.Written.Count < AnswerTokens)
        {
            _questions.Enqueue(question);
        }
        else
        {
            _finished += question.Written.Count >= AnswerTokens / 2 ? 1 : 0;
        }
    }

    private void Ask(Question question)
    {
        int[] ids = [.. _model.Prompts.EncodeQuestion(question.Text, $"Question: {question.Text}\nAnswer:", Tenant), .. question.Written];
        var tokens = Math.Min(AnswerTokens - question.Written.Count, _model.Info.ContextTokens - ids.Length);
        if (tokens < 1)
        {
            return;
        }

        question.Tries++;
        var stop = new StopRules(_model.Tokenizer, _model.EndTokens, tokens, []);
        var answer = new Sequence(
            ids, SamplingMode.Greedy.Instance, Penalties.None, tokens, stop, new SequenceClock(_time), _drafter, constraint: null, Tenant)
        {
            Urgency = Urgency.Background,
        };
        _loop.Submit(answer);
        _answers.Add((question, answer));
    }

    // A table of few answers would be this checkpoint's for good: rather none, and another try at the next load.
    private void Finish()
    {
        if (_finished >= FewestAnswers)
        {
            var table = _memory.Open("", [], out _);
            _model.Recycling.Warm = table;
            _model.Notes.Write(NoteName, SuccessorFile.Write(table));
        }

        Stop();
    }

    private sealed class Question(string text)
    {
        public string Text => text;

        public List<int> Written { get; } = [];

        public int Tries { get; set; }
    }
}
