namespace QuickStart;

/// <summary>Something the user can mend: shown as one line, without a stack trace.</summary>
internal sealed class UserError(string message) : Exception(message);
