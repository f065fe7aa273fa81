using System.Text.Json;
using Slerp.Engine.Decoding;
using Slerp.Engine.Drafting.TokenRecycling;
using Slerp.Engine.Drafting.TreeGrowth;
using Slerp.Engine.Scheduling;

namespace Slerp.Engine;

/// <summary>Fills the warm table of token recycling once per checkpoint and machine: with what the model itself says to a few neutral questions.</summary>
/// <remarks>
/// <para>Nothing of a user's is in it, so all may read it. It is made while the engine has nothing to do: after the first request, and only when there
/// was none for a while. A request that comes meanwhile ends the answer that is being written; the next pause goes on.</para>
/// <para>Thread-safe. The table is written on the engine thread alone, and read by others only when the last answer has ended there.</para>
/// </remarks>
internal sealed class WarmStart : IDisposable
{
    private const string NoteName = "successors";

    // Heuristics: enough for the few hundred most frequent tokens, and over soon on a small machine; a user who thinks for two pauses is not in a hurry.
    private const int AnswerTokens = 96;
    private const int Together = 4;

    // No tenant of a request: nothing of these answers is found in a cache by anyone.
    private const string Tenant = "\u0001warm start";
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(3);

    private readonly LoadedModel _model;
    private readonly EngineLoop _loop;
    private readonly TimeProvider _time;
    private readonly TreeDrafter _drafter;
    private readonly RecyclingMemory _memory;
    private readonly Queue<string> _questions = new(WarmQuestions.All);
    private readonly List<Sequence> _requests = [];
    private readonly Lock _lock = new();
    private readonly List<(string Question, Sequence Answer)> _answers = [];
    private ITimer? _timer;
    private int _quietPauses;

    /// <summary>Starts to watch for pauses, unless the table is there already.</summary>
    public WarmStart(LoadedModel model, EngineLoop loop, TimeProvider time)
    {
        _model = model;
        _loop = loop;
        _time = time;
        // A process-wide table of its own: all the answers write into it.
        _memory = new RecyclingMemory(model.Info.VocabularySize, RecyclingScope.Process);
        _drafter = new TreeDrafter("warm", model.Costs, maxNodes: 16, context => [new RecyclingSource(context, _memory)]);
        var bytes = model.Notes.Read(NoteName, SuccessorFile.MostBytes(model.Info.VocabularySize));
        model.Recycling.Warm = bytes is null ? null : SuccessorFile.Read(bytes, model.Info.VocabularySize);
    }

    /// <summary>Notes a request; what is being written here gives way to it.</summary>
    public void Note(Sequence request)
    {
        lock (_lock)
        {
            if (_model.Recycling.Warm is not null)
            {
                return;
            }

            _requests.Add(request);
            _quietPauses = 0;
            Interrupt();
            _timer ??= _time.CreateTimer(static state => ((WarmStart)state!).Look(), this, Pause, Pause);
        }
    }

    /// <summary>Stops watching.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _timer?.Dispose();
            Interrupt();
        }

        _drafter.Dispose();
    }

    // At every pause: the next question where nobody has asked anything since the last one but one.
    private void Look()
    {
        lock (_lock)
        {
            _requests.RemoveAll(static request => request.IsDone || request.IsCancelled);
            _quietPauses = _requests.Count == 0 ? _quietPauses + 1 : 0;
            if (_quietPauses > 1)
            {
                GoOn();
            }
        }
    }

    private void GoOn()
    {
        if (!_answers.TrueForAll(static answer => HasEnded(answer.Answer)))
        {
            return;
        }

        _answers.Clear();
        while (_answers.Count < Together && _questions.TryDequeue(out var question))
        {
            Ask(question);
        }

        if (_answers.Count == 0)
        {
            var table = _memory.Open("", [], out _);
            _model.Notes.Write(NoteName, SuccessorFile.Write(table));
            _model.Recycling.Warm = table;
            _timer?.Dispose();
        }
    }

    private void Ask(string question)
    {
        Prompt prompt = _model.Info.HasChatTemplate
            ? new Prompt.Conversation([ChatTurn.FromText(ChatTurnRole.User, question)], [], new Dictionary<string, JsonElement>())
            : new Prompt.Raw($"Question: {question}\nAnswer:");
        try
        {
            var ids = _model.Prompts.Encode(prompt, Tenant).Ids;
            var tokens = Math.Min(AnswerTokens, _model.Info.ContextTokens - ids.Length);
            if (tokens < 1)
            {
                return;
            }

            var stop = new StopRules(_model.Tokenizer, _model.EndTokens, tokens, []);
            var answer = new Sequence(
                ids, SamplingMode.Greedy.Instance, Penalties.None, tokens, stop, new SequenceClock(_time), _drafter, constraint: null, Tenant);
            _loop.Submit(answer);
            _answers.Add((question, answer));
        }
        catch (Exception error) when (error is EngineException or ObjectDisposedException)
        {
            // A template that refuses a plain question, or the end of the engine: this question is not asked.
        }
    }

    private void Interrupt()
    {
        foreach (var (question, answer) in _answers)
        {
            if (!HasEnded(answer))
            {
                answer.Cancel();
                _questions.Enqueue(question);
            }
        }

        _answers.Clear();
        _loop.Notice();
    }

    // The reader's side tells: when it knows of the end, the step has learned its last.
    private static bool HasEnded(Sequence answer)
    {
        answer.Output.Take([], out _, out var finish, out var failure);
        return finish is not null || failure is not null;
    }
}
