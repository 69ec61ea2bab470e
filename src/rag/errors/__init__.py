"""Every deliberate error, as one tree; knows the words for people, not where an error is shown.

RagError
├── ReadError                   an input that cannot become an article
│   ├── UnreadableFileError       the file is missing or the system refuses it
│   ├── UnsupportedFormatError    a kind of file that has no reader
│   ├── NotTextError              bytes that are not text
│   ├── EmptyTextError            nothing but white space
│   ├── TooLargeError             more than an article, or a file, may have
│   ├── WrongFormatError          a file that is not what its name says
│   ├── DamagedFileError          a file of a known kind that is broken
│   ├── LockedFileError           a file that asks for a password
│   ├── NoTextError               a file of a known kind in which no text is found
│   ├── UnsafeFileError           a file that is made to harm who opens it
│   ├── ReadLimitError            reading took too much time or memory
│   ├── ReadStoppedError          reading was cancelled
│   ├── RefusedAddressError       an address that is not asked
│   └── FetchError                an address that gave no article
├── QuestionError               a question that cannot be asked
│   ├── EmptyQuestionError        one without a word
│   └── LongQuestionError         one that is too long
├── BusyError                   more is asked for at once than can wait
├── DataError                   labelled questions that cannot be used
├── LibraryError                a library that cannot do what was asked
│   ├── NoLibraryError            no library in this folder
│   ├── EmptyLibraryError         no articles to ask
│   ├── UnknownArticleError       no article, or several, by this id
│   ├── FullLibraryError          as many articles as there may be
│   ├── ReadOnlyLibraryError      the folder cannot be written
│   ├── LibraryBusyError          another process is writing
│   ├── BackupError               a backup that cannot be restored
│   ├── DamagedLibraryError       stored bytes that fail their check
│   ├── IndexMismatchError        the index was built with another setting
│   ├── UnreachableLibraryError   its server does not answer
│   └── RefusedLibraryError       its server does not do what it was asked
├── OffsetError                 a range that does not hold the text it claims
├── ExportError                 replies that cannot be exported
│   ├── UnknownStyleError         no such style of citing
│   ├── NothingToExportError      nothing was asked yet
│   ├── NotAReplyError            JSON that is not a reply
│   └── AlteredQuoteError         a quote that its article does not hold
├── IngestError                 articles that cannot be prepared or loaded in bulk
│   ├── NoShardsError             no prepared articles in this folder
│   ├── DamagedShardError         a file of them that fails its check
│   ├── ShardMismatchError        a file of them made with another setting
│   ├── ChangedInputError         articles that changed while they were read
│   ├── ClusterError              a Ray cluster that cannot be used
│   └── WorkerError               what no worker can do
├── UnwritableFileError         a file that cannot be written
├── ModelError                  model weights that are missing or altered
├── PreparingEndedError         a process that read an article and ended
├── AddressError                an address or port that cannot be served on
├── PasswordFileError           a file of names and passwords that cannot be used
├── PasswordError               a name or password that cannot be one
├── SettingError                a setting with a value that cannot be used
└── MissingPackageError         an optional package is not installed
"""

from rag.errors.asking import BusyError, DataError, EmptyQuestionError, LongQuestionError, OffsetError, QuestionError
from rag.errors.exporting import AlteredQuoteError, ExportError, NotAReplyError, NothingToExportError, UnknownStyleError
from rag.errors.ingesting import (
    ChangedInputError,
    ClusterError,
    DamagedShardError,
    IngestError,
    NoShardsError,
    ShardMismatchError,
    WorkerError,
)
from rag.errors.library import (
    BackupError,
    DamagedLibraryError,
    EmptyLibraryError,
    FullLibraryError,
    IndexMismatchError,
    LibraryBusyError,
    LibraryError,
    NoLibraryError,
    ReadOnlyLibraryError,
    RefusedLibraryError,
    UnknownArticleError,
    UnreachableLibraryError,
)
from rag.errors.reading import (
    DamagedFileError,
    EmptyTextError,
    FetchError,
    LockedFileError,
    NoTextError,
    NotTextError,
    ReadError,
    ReadLimitError,
    ReadStoppedError,
    RefusedAddressError,
    TooLargeError,
    UnreadableFileError,
    UnsafeFileError,
    UnsupportedFormatError,
    WrongFormatError,
)
from rag.errors.root import RagError, shorten
from rag.errors.running import (
    AddressError,
    MissingPackageError,
    ModelError,
    PasswordError,
    PasswordFileError,
    PreparingEndedError,
    SettingError,
    UnwritableFileError,
)

__all__ = [
    "AddressError",
    "AlteredQuoteError",
    "BackupError",
    "BusyError",
    "ChangedInputError",
    "ClusterError",
    "DamagedFileError",
    "DamagedLibraryError",
    "DamagedShardError",
    "DataError",
    "EmptyLibraryError",
    "EmptyQuestionError",
    "EmptyTextError",
    "ExportError",
    "FetchError",
    "FullLibraryError",
    "IndexMismatchError",
    "IngestError",
    "LibraryBusyError",
    "LibraryError",
    "LockedFileError",
    "LongQuestionError",
    "MissingPackageError",
    "ModelError",
    "NoLibraryError",
    "NoShardsError",
    "NoTextError",
    "NotAReplyError",
    "NotTextError",
    "NothingToExportError",
    "OffsetError",
    "PasswordError",
    "PasswordFileError",
    "PreparingEndedError",
    "QuestionError",
    "RagError",
    "ReadError",
    "ReadLimitError",
    "ReadOnlyLibraryError",
    "ReadStoppedError",
    "RefusedAddressError",
    "RefusedLibraryError",
    "SettingError",
    "ShardMismatchError",
    "TooLargeError",
    "UnknownArticleError",
    "UnknownStyleError",
    "UnreachableLibraryError",
    "UnreadableFileError",
    "UnsafeFileError",
    "UnsupportedFormatError",
    "UnwritableFileError",
    "WorkerError",
    "WrongFormatError",
    "shorten",
]
