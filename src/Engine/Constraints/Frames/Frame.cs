namespace Slerp.Engine.Constraints.Frames;

/// <summary>One open construct on the stack of a reading: what has been read of it, and what encloses it. An immutable value.</summary>
/// <remarks>
/// Symbols are bytes (0–255), and 256 + id for a token that has no bytes (a special token). A frame reads symbols until its construct is complete;
/// then the frame below resumes. Equality is by value, with a hash computed once.
/// </remarks>
internal abstract class Frame : IEquatable<Frame>
{
    /// <summary>The symbol of token id 0, were it a special token.</summary>
    public const int FirstSpecial = 256;

    private readonly int _hash;

    protected Frame(Frame? parent, int hash)
    {
        Parent = parent!;
        _hash = HashCode.Combine(parent?._hash ?? 0, hash);
    }

    /// <summary>The enclosing frame; only <see cref="DoneFrame"/> has none.</summary>
    public Frame Parent { get; }

    /// <summary>Whether the text may end here.</summary>
    public virtual bool CanEnd => false;

    /// <summary>Whether the text may end here if what this frame encloses has just ended.</summary>
    public virtual bool CanEndAfterChild => false;

    /// <summary>Whether any text may follow here: no form is being kept.</summary>
    public virtual bool IsFreeText => false;

    /// <summary>Symbols read last that may turn out to begin what is bound to a form.</summary>
    public virtual int TriggerLength => 0;

    /// <summary>Adds every reading that remains possible after one more symbol; none if there is none.</summary>
    public abstract void Step(int symbol, FrameSink into);

    /// <summary>What this frame encloses has just ended: adds the readings that go on from there.</summary>
    public virtual void Resume(FrameSink into) => into.Add(this);

    /// <summary>Appends symbols that end the text well, nearly as few as possible.</summary>
    public abstract void Complete(List<int> symbols);

    /// <summary>As <see cref="Complete"/>, from the moment that what this frame encloses has ended.</summary>
    public virtual void CompleteAfterChild(List<int> symbols) => Complete(symbols);

    /// <summary>Adds the special symbols that may come next; all of them where the result is true.</summary>
    public virtual bool CollectSpecials(ICollection<int> symbols) => false;

    /// <summary>A frame that survives the same symbols, up to <paramref name="horizon"/> of them; the same one for as many frames as is cheap to tell.</summary>
    public virtual Frame ForMask(int horizon) => this;

    public bool Equals(Frame? other) =>
        ReferenceEquals(this, other)
        || (other is not null && _hash == other._hash && GetType() == other.GetType() && HasSameContent(other)
            && (ReferenceEquals(Parent, other.Parent) || (Parent is not null && Parent.Equals(other.Parent))));

    public override bool Equals(object? obj) => Equals(obj as Frame);

    public override int GetHashCode() => _hash;

    /// <summary>Compares everything but the parent with a frame of the same type.</summary>
    protected abstract bool HasSameContent(Frame other);
}
