using System.Runtime.InteropServices;
using Slerp.Engine.Drafting.TreeGrowth;
using Slerp.Engine.Steps;

namespace Slerp.Engine.Drafting.DraftModel;

/// <summary>One sequence's side of the draft model: its rows in the draft's cache, the chain guessed from them, and how good guesses have been.</summary>
/// <remarks>
/// <para>The rows follow the text lazily: before a draft, what was guessed and not accepted is cut off by common prefix, and what is new is read.</para>
/// <para>Each guess of the chain carries the next likeliest tokens of its row as leaves: they cost no pass of the draft, only a row of the target's.</para>
/// </remarks>
internal sealed class DraftModelSource : CandidateSource
{
    private const int Others = 3;

    // Heuristic: so many steps without a draft, and one is tried to see whether it pays by now.
    private const int StepsBeforeProbe = 32;

    // Upper ends of the classes of a guess's own probability, and the chance believed for each until it is measured.
    private static readonly float[] Ends = [0.3f, 0.5f, 0.7f, 0.85f, 0.95f];
    private static readonly double[] Priors = [0.2, 0.4, 0.6, 0.75, 0.88, 0.96];
    private static readonly double[] Shares = [0.35, 0.15, 0.1];

    private readonly IDraftContext _context;
    private readonly DraftingModel _model;
    private readonly PassPrice _price;
    private readonly HitRate[] _chances = [.. Priors.Select(static prior => new HitRate(prior))];
    private readonly HitRate[] _shares = [.. Shares.Select(static prior => new HitRate(prior))];
    private readonly HitRate _mean = new(prior: 0.6);
    private readonly List<Guess> _guesses = [];
    private readonly List<int> _others = [];
    private readonly List<int> _read = [];
    private readonly int[] _top = new int[Others];
    private readonly int[] _last = new int[1];
    private int _slot = -1;
    private int _known;
    private int _stepsWithoutDraft = StepsBeforeProbe;

    /// <summary>Creates the side of a sequence.</summary>
    public DraftModelSource(IDraftContext context, DraftingModel model, PassPrice price)
    {
        _price = price;
        _context = context;
        _model = model;
    }

    /// <inheritdoc />
    public override string Name => "draft";

    /// <inheritdoc />
    public override long RootCursor => _guesses.Count > 0 ? 0 : None;

    /// <summary>Guesses of this step.</summary>
    public int Count => _guesses.Count;

    /// <summary>Most guesses of this step.</summary>
    public int MaxGuesses { get; set; }

    /// <summary>The chance that the whole chain is right.</summary>
    public double Weight { get; private set; } = 1;

    /// <summary>The chance that one more guess is right.</summary>
    public double Hope => Weight * _mean.Value;

    /// <summary>Whether a draft is due, paying or not, to learn whether drafts pay.</summary>
    public bool IsProbing => _stepsWithoutDraft >= StepsBeforeProbe;

    /// <summary>Forgets the last chain and brings the rows in step with the text; false where the draft model cannot follow it.</summary>
    public bool TryBegin()
    {
        _guesses.Clear();
        _others.Clear();
        Weight = 1;
        var tokens = _context.Tokens;
        if (tokens.Length >= _model.ContextTokens || tokens[Math.Min(_known, tokens.Length - 1)..].ContainsAnyExceptInRange(0, _model.Decoder.Shape.VocabularySize - 1))
        {
            return false;
        }

        _slot = _slot < 0 ? _model.Cache.TryOpen() : _slot;
        if (_slot < 0)
        {
            return false;
        }

        // The last token is always read again where it was read before: its row is what speaks.
        var rows = Math.Min(_known + _read.Count, tokens.Length - 1);
        var same = _known;
        while (same < rows && _read[same - _known] == tokens[same])
        {
            same++;
        }

        _known = Math.Min(same, tokens.Length - 1);
        _read.Clear();
        _model.Cache.Truncate(_slot, _known);
        return true;
    }

    /// <summary>Adds what is to be read next to a pass: unread text at first, then the last guess. False where there is no room.</summary>
    /// <param name="pass">The pass.</param>
    /// <param name="mostRows">Most tokens to add.</param>
    /// <param name="speaks">Whether the pass ends with the last token known, so that its row gives a guess.</param>
    public bool TryRead(DraftPass pass, int mostRows, out bool speaks)
    {
        var text = _context.Tokens;
        var unread = text.Length - _known;
        var run = unread > 0 ? text.Slice(_known, Math.Min(unread, mostRows)) : LastGuess();
        speaks = unread <= run.Length;
        if (run.IsEmpty || !pass.TryAdd(_slot, run, _context.PromptTokens, speaks))
        {
            return false;
        }

        if (unread > 0)
        {
            _known += run.Length;
        }
        else
        {
            _read.Add(run[0]);
        }

        return true;
    }

    /// <summary>Takes the next guess from a row; false where the row gives none.</summary>
    public bool TryTake(DraftPass pass, StepOutput output, int row, int vocabularySize)
    {
        pass.Fetch(output, row);
        var token = _context.Pick(output, row, _context.Position + _guesses.Count);
        if (token < 0 || token >= vocabularySize)
        {
            return false;
        }

        var guess = new Guess(token, ClassOf(pass.Read(token, _top)), _others.Count);
        foreach (var other in _top)
        {
            if (other < vocabularySize)
            {
                _others.Add(other);
            }
        }

        _guesses.Add(guess);
        Weight *= _chances[guess.Class].Value;
        _stepsWithoutDraft = -1;
        return true;
    }

    /// <inheritdoc />
    public override void Expand(int token, long cursor, List<Candidate> candidates)
    {
        if (cursor == None || cursor >= _guesses.Count)
        {
            return;
        }

        var guess = _guesses[(int)cursor];
        var chance = _chances[guess.Class].Value;
        candidates.Add(new Candidate(guess.Token, chance, cursor + 1));
        var others = OthersOf((int)cursor);
        for (var rank = 0; rank < others.Length; rank++)
        {
            candidates.Add(new Candidate(others[rank], (1 - chance) * _shares[rank].Value, None));
        }
    }

    /// <inheritdoc />
    public override void Observe(in StepOutcome outcome)
    {
        _stepsWithoutDraft++;
        // Every guess along the chosen path is judged, whether or not it was run.
        for (var index = 0; index < Math.Min(_guesses.Count, outcome.Chosen.Length); index++)
        {
            var guess = _guesses[index];
            var isRight = outcome.Chosen[index] == guess.Token;
            _chances[guess.Class].Count(isRight);
            _mean.Count(isRight);
            if (!isRight)
            {
                var others = OthersOf(index);
                for (var rank = 0; rank < others.Length; rank++)
                {
                    _shares[rank].Count(others[rank] == outcome.Chosen[index]);
                }

                break;
            }
        }

        _guesses.Clear();
        _others.Clear();
    }

    /// <inheritdoc />
    public override void Dispose()
    {
        if (_slot >= 0)
        {
            _model.Cache.Release(_slot);
            _slot = -1;
        }

        base.Dispose();
    }

    private static int ClassOf(float probability)
    {
        var index = 0;
        while (index < Ends.Length && probability > Ends[index])
        {
            index++;
        }

        return index;
    }

    private ReadOnlySpan<int> LastGuess()
    {
        _last[0] = _guesses[^1].Token;
        return _last;
    }

    private ReadOnlySpan<int> OthersOf(int index)
    {
        var end = index + 1 < _guesses.Count ? _guesses[index + 1].FirstOther : _others.Count;
        return CollectionsMarshal.AsSpan(_others)[_guesses[index].FirstOther..end];
    }

    private readonly record struct Guess(int Token, int Class, int FirstOther);
}
