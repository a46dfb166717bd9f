// One entry for each function: a jump through a table whose places first lead to the loading of the libraries. That
// keeps all registers that can hold arguments, since the call then goes on to the function itself.
//
// The entries are hidden: the libraries among themselves must not find them instead of each other's functions.

#if defined(__x86_64__)

#define CFFMPEG_FUNCTION(name) entry name
.macro entry name
    .hidden \name
    .globl \name
    .type \name, @function
    .p2align 4
\name:
    jmpq *cffmpeg_address_\name(%rip)
cffmpeg_first_\name:
    leaq cffmpeg_address_\name(%rip), %r11
    jmp cffmpeg_first
    .size \name, . - \name
.endm

    .text
    .p2align 4
cffmpeg_first:
    pushq %rbp
    movq %rsp, %rbp
    subq $192, %rsp
    movq %rdi, (%rsp)
    movq %rsi, 8(%rsp)
    movq %rdx, 16(%rsp)
    movq %rcx, 24(%rsp)
    movq %r8, 32(%rsp)
    movq %r9, 40(%rsp)
    movq %rax, 48(%rsp)
    movq %r11, 56(%rsp)
    movaps %xmm0, 64(%rsp)
    movaps %xmm1, 80(%rsp)
    movaps %xmm2, 96(%rsp)
    movaps %xmm3, 112(%rsp)
    movaps %xmm4, 128(%rsp)
    movaps %xmm5, 144(%rsp)
    movaps %xmm6, 160(%rsp)
    movaps %xmm7, 176(%rsp)
    callq cffmpeg_load@PLT
    movq (%rsp), %rdi
    movq 8(%rsp), %rsi
    movq 16(%rsp), %rdx
    movq 24(%rsp), %rcx
    movq 32(%rsp), %r8
    movq 40(%rsp), %r9
    movq 48(%rsp), %rax
    movq 56(%rsp), %r11
    movaps 64(%rsp), %xmm0
    movaps 80(%rsp), %xmm1
    movaps 96(%rsp), %xmm2
    movaps 112(%rsp), %xmm3
    movaps 128(%rsp), %xmm4
    movaps 144(%rsp), %xmm5
    movaps 160(%rsp), %xmm6
    movaps 176(%rsp), %xmm7
    leave
    jmpq *(%r11)

#elif defined(__aarch64__)

#define CFFMPEG_FUNCTION(name) entry name
.macro entry name
    .hidden \name
    .globl \name
    .type \name, %function
    .p2align 4
\name:
    adrp x16, cffmpeg_address_\name
    ldr x16, [x16, :lo12:cffmpeg_address_\name]
    br x16
cffmpeg_first_\name:
    adrp x17, cffmpeg_address_\name
    add x17, x17, :lo12:cffmpeg_address_\name
    b cffmpeg_first
    .size \name, . - \name
.endm

    .text
    .p2align 4
cffmpeg_first:
    stp x29, x30, [sp, #-224]!
    mov x29, sp
    stp x0, x1, [sp, #16]
    stp x2, x3, [sp, #32]
    stp x4, x5, [sp, #48]
    stp x6, x7, [sp, #64]
    stp x8, x17, [sp, #80]
    stp q0, q1, [sp, #96]
    stp q2, q3, [sp, #128]
    stp q4, q5, [sp, #160]
    stp q6, q7, [sp, #192]
    bl cffmpeg_load
    ldp x0, x1, [sp, #16]
    ldp x2, x3, [sp, #32]
    ldp x4, x5, [sp, #48]
    ldp x6, x7, [sp, #64]
    ldp x8, x17, [sp, #80]
    ldp q0, q1, [sp, #96]
    ldp q2, q3, [sp, #128]
    ldp q4, q5, [sp, #160]
    ldp q6, q7, [sp, #192]
    ldp x29, x30, [sp], #224
    ldr x16, [x17]
    br x16

#else
#error "The entries must be written for this processor"
#endif

#include "functions.h"

#undef CFFMPEG_FUNCTION
#define CFFMPEG_FUNCTION(name) place name
.macro place name
cffmpeg_address_\name:
    .quad cffmpeg_first_\name
.endm

    .data
    .p2align 3
    .hidden cffmpeg_addresses
    .globl cffmpeg_addresses
cffmpeg_addresses:
#include "functions.h"

    .section .note.GNU-stack, "", %progbits
