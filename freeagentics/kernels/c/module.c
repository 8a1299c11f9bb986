/* The Python module: kernels as functions of buffers and numbers, by the table. Limited API, so that one build serves every Python from 3.11
 * on. A call checks types, layout and sizes, and lets go of the interpreter's lock. */
#define Py_LIMITED_API 0x030b0000
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <string.h>

#include "table.h"

#ifdef FREEAGENTICS_WIDE
#include <cpuid.h>
#endif

#define MOST_ARGUMENTS 40

/* Bytes of arguments from which a call lets go of the interpreter's lock: for less, getting it back from another thread takes longer than the
 * work. */
#define LET_GO 65536

/* What numpy's own header gives every extension to read of an array (`PyArrayObject_fields`) and of its type (`PyArray_Descr`): the same since
 * numpy 1.7. The buffer protocol takes longer than most kernels: for it numpy writes down the type of the items as text, array by array.
 * `learn_arrays` sees that an array looks as is said here; without, or for anything else, there is the buffer protocol. */
typedef struct {
    PyObject head;
    PyTypeObject *items;
    char kind, letter, byteorder, flags;
    int number;
} Items;

typedef struct {
    PyObject head;
    char *data;
    int axes;
    Py_ssize_t *shape, *strides;
    PyObject *owner;
    const Items *items;
    int flags;
} Array;

#define ARRAY_ORDERED 0x1
#define ARRAY_ALIGNED 0x100
#define ARRAY_WRITEABLE 0x400

static PyTypeObject *array_type;

/* Bytes of a number by its letter, which numpy and the buffer protocol share; 0 for one that no kernel takes. */
static Py_ssize_t size_of(char found) {
    switch (found) {
        case 'f': return sizeof(float);
        case 'd': return sizeof(double);
        case 'B':
        case '?': return 1;
        case 'H': return sizeof(short);
        case 'i': return sizeof(int);
        case 'l': return sizeof(long);
        case 'q': return sizeof(long long);
        default: return 0;
    }
}

/* Whether numbers of a letter are what a kernel's signature asks for with *letter*. */
static int is_kind(char found, char letter) {
    switch (letter | 32) {
        case 'f': return found == 'f';
        case 'd': return found == 'd';
        case 'b': return found == 'B' || found == '?';
        case 'w': return found == 'H';
        case 'i': return (found == 'i' || found == 'l') && size_of(found) == 4;
        case 'l': return (found == 'l' || found == 'q') && size_of(found) == 8;
        default: return 0;
    }
}

/* Take a plain array; 0 where it is none, or not as it has to be: what is wrong is said by `take`. */
static int take_array(PyObject *given, char letter, Argument *argument, Py_ssize_t *bytes) {
    const Array *array = (const Array *)given;
    int needed = ARRAY_ORDERED | ARRAY_ALIGNED | (letter >= 'A' && letter <= 'Z' ? ARRAY_WRITEABLE : 0);
    if (Py_TYPE(given) != array_type || (array->flags & needed) != needed) return 0;
    if (array->items->byteorder == '>' || !is_kind(array->items->letter, letter)) return 0;
    argument->at = array->data;
    argument->items = 1;
    for (int axis = 0; axis < array->axes; axis++) argument->items *= array->shape[axis];
    *bytes += argument->items * size_of(array->items->letter);
    return 1;
}

static int is_buffer_of(const Py_buffer *buffer, char letter) {
    const char *format = buffer->format ? buffer->format : "B";
    if (*format == '<' || *format == '=' || *format == '@') format++;
    return is_kind(*format, letter) && buffer->itemsize == size_of(*format);
}

static int expected(const Kernel *kernel, int place, const char *what) {
    PyErr_Format(PyExc_TypeError, "kernel %s: argument %d %s", kernel->name, place + 1, what);
    return -1;
}

static int take(const Kernel *kernel, int place, PyObject *given, Py_buffer *buffer, Argument *argument) {
    char letter = kernel->signature[place];
    if (letter == 'n') {
        argument->whole = PyLong_AsLongLong(given);
        return PyErr_Occurred() ? expected(kernel, place, "must be a whole number of at most 63 bits") : 0;
    }
    if (letter == 'x') {
        argument->real = PyFloat_AsDouble(given);
        return PyErr_Occurred() ? expected(kernel, place, "must be a number") : 0;
    }
    int filled = letter >= 'A' && letter <= 'Z';
    if (PyObject_GetBuffer(given, buffer, PyBUF_C_CONTIGUOUS | PyBUF_FORMAT | (filled ? PyBUF_WRITABLE : 0)) < 0)
        return expected(kernel, place, filled ? "must be a contiguous array that may be written" : "must be a contiguous array");
    if (!is_buffer_of(buffer, letter)) {
        PyErr_Format(PyExc_TypeError, "kernel %s: argument %d has items of type %s, expected %c", kernel->name, place + 1, buffer->format, letter | 32);
        PyBuffer_Release(buffer);
        return -1;
    }
    if (buffer->len && (uintptr_t)buffer->buf % (size_t)buffer->itemsize) {
        PyBuffer_Release(buffer);
        return expected(kernel, place, "must begin at a multiple of its items' size in memory");
    }
    argument->at = buffer->buf;
    argument->items = buffer->len / buffer->itemsize;
    return 1;
}

static PyObject *call(PyObject *self, PyObject *const *given, Py_ssize_t count) {
    const Kernel *kernel = PyCapsule_GetPointer(self, NULL);
    Py_buffer buffers[MOST_ARGUMENTS];
    Argument arguments[MOST_ARGUMENTS] = {{0}};
    int held = 0, failed = 0;
    Py_ssize_t bytes = 0;
    if (count != (Py_ssize_t)strlen(kernel->signature))
        return PyErr_Format(PyExc_TypeError, "kernel %s takes %d arguments, not %d", kernel->name, (int)strlen(kernel->signature), (int)count);
    for (int place = 0; place < count && !failed; place++) {
        if (take_array(given[place], kernel->signature[place], &arguments[place], &bytes)) continue;
        int took = take(kernel, place, given[place], &buffers[held], &arguments[place]);
        failed = took < 0;
        if (took > 0) bytes += buffers[held++].len;
    }
    if (!failed) {
        PyThreadState *thread = bytes < LET_GO ? NULL : PyEval_SaveThread();
        int wrong = kernel->run(arguments);
        if (thread) PyEval_RestoreThread(thread);
        if (wrong)
            PyErr_Format(PyExc_ValueError, "kernel %s: argument %d %s", kernel->name, wrong,
                         kernel->signature[wrong - 1] == 'n' ? "is out of range" : "has too few items, or one that is out of range");
        failed = wrong != 0;
    }
    while (held--) PyBuffer_Release(&buffers[held]);
    if (failed) return NULL;
    /* Not Py_RETURN_NONE: by the headers of 3.12 it takes no reference, and 3.11, which the same build runs on, would free None in the end. */
    return Py_NewRef(Py_None);
}

static PyMethodDef method = {"kernel", (PyCFunction)(void (*)(void))call, METH_FASTCALL, NULL};

/* Whether the processor has AVX2 and BMI, and the system keeps wide registers. Not __builtin_cpu_supports, which zig's runtime answers with 0. */
static int is_wide(void) {
#ifdef FREEAGENTICS_WIDE
    unsigned a, b, c, d, kept;
    if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & bit_OSXSAVE)) return 0;
    __asm__("xgetbv" : "=a"(kept), "=d"(d) : "c"(0));
    if ((kept & 6) != 6 || !__get_cpuid_count(7, 0, &a, &b, &c, &d)) return 0;
    return (b & bit_AVX2) && (b & bit_BMI) && (b & bit_BMI2);
#else
    return 0;
#endif
}

/* Learn what numpy's arrays are, and whether their numbers are where `take_array` looks for them: those of one (2, 3) of zeros in float32. */
static int learn_arrays(void) {
    PyObject *numpy = PyImport_ImportModule("numpy"), *zeros = numpy ? PyObject_CallMethod(numpy, "zeros", "(ii)s", 2, 3, "f4") : NULL;
    Py_buffer buffer;
    int found = zeros && PyObject_GetBuffer(zeros, &buffer, PyBUF_ND) == 0;
    if (found) {
        const Array *array = (const Array *)zeros;
        int whole = ARRAY_ORDERED | ARRAY_ALIGNED | ARRAY_WRITEABLE;
        int alike = array->data == buffer.buf && array->axes == 2 && array->shape[0] == 2 && array->shape[1] == 3 &&
                    array->items->letter == 'f' && (array->flags & whole) == whole;
        array_type = alike ? Py_TYPE(zeros) : NULL;
        PyBuffer_Release(&buffer);
    }
    Py_XDECREF(zeros);
    Py_XDECREF(numpy);
    return found ? 0 : -1;
}

/* The kernels for this processor as a dict of functions; the baseline ones where told so. */
static PyObject *table(PyObject *self, PyObject *baseline) {
    (void)self;
    if (learn_arrays() < 0) return NULL;
    const Kernel *kernels = kernels_baseline;
#ifdef FREEAGENTICS_WIDE
    if (is_wide() && !PyObject_IsTrue(baseline)) kernels = kernels_wide;
#endif
    (void)baseline;
    PyObject *functions = PyDict_New();
    for (; functions && kernels->name; kernels++) {
        PyObject *capsule = PyCapsule_New((void *)kernels, NULL, NULL);
        PyObject *function = capsule ? PyCFunction_NewEx(&method, capsule, NULL) : NULL;
        if (!function || PyDict_SetItemString(functions, kernels->name, function) < 0) Py_CLEAR(functions);
        Py_XDECREF(capsule);
        Py_XDECREF(function);
    }
    return functions;
}

/* Signatures of kernels by name, as they stand in the table. */
static PyObject *signatures(PyObject *self, PyObject *nothing) {
    (void)self, (void)nothing;
    PyObject *found = PyDict_New();
    for (const Kernel *kernel = kernels_baseline; found && kernel->name; kernel++) {
        PyObject *letters = PyUnicode_FromString(kernel->signature);
        if (!letters || PyDict_SetItemString(found, kernel->name, letters) < 0) Py_CLEAR(found);
        Py_XDECREF(letters);
    }
    return found;
}

static PyObject *wide(PyObject *self, PyObject *nothing) {
    (void)self, (void)nothing;
    return PyBool_FromLong(is_wide());
}

static PyMethodDef methods[] = {
    {"table", table, METH_O, "The kernels for this processor, by name; the baseline ones if the argument is true."},
    {"signatures", signatures, METH_NOARGS, "Signatures of kernels by name: a letter for each argument, as c/table.h has them."},
    {"wide", wide, METH_NOARGS, "Whether this processor runs the kernels for wide registers (AVX2)."},
    {NULL, NULL, 0, NULL},
};

static PyModuleDef_Slot slots[] = {{0, NULL}};

static PyModuleDef definition = {PyModuleDef_HEAD_INIT, "freeagentics.kernels._compiled", "Compiled kernels.", 0, methods, slots, NULL, NULL, NULL};

PyMODINIT_FUNC PyInit__compiled(void) { return PyModuleDef_Init(&definition); }
